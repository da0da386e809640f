/** Event streams that stay open with nothing to say, and the one event that all of them must hear. */
import { once } from 'node:events'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { readySigner } from './signed-fields.ts'

export interface StreamsJob {
  readonly url: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly count: number
}

/** How many are opened at once; the rest waits its turn. */
const atOnce = 50
const patience = 30_000

const open = new Set<ClientRequest>()
let heard = 0
let tellHeard: (() => void) | undefined

export async function openStreams(job: StreamsJob): Promise<void> {
  let next = 0
  const openOneByOne = async () => {
    while (next < job.count) await openOne(job, next++)
  }
  heard = 0
  await Promise.all(Array.from({ length: atOnce }, openOneByOne))
}

async function openOne(job: StreamsJob, at: number): Promise<void> {
  const path = `${job.path}bench${String(at)}`
  const signer = await readySigner(job)
  const fields = signer?.sign({ method: 'GET', origin: job.url, path })
  const sent = request(`${job.url}${path}`, { headers: { ...job.headers, ...fields }, agent: false })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  if (answer.statusCode !== 200)
    throw new Error(`Stream ${String(at)} was answered ${String(answer.statusCode)}.`)
  open.add(sent)
  answer.on('error', () => undefined)
  answer.once('data', () => {
    heard++
    if (heard === open.size) tellHeard?.()
  })
}

/** Answers how many of the open streams have had an event: all, or as many as had within half a minute. */
export async function untilAllHeard(_: undefined): Promise<number> {
  if (heard < open.size) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience)
      tellHeard = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    tellHeard = undefined
  }
  return heard
}

export async function closeStreams(_: undefined): Promise<void> {
  const closed = Array.from(open, (sent) => once(sent, 'close'))
  for (const sent of open) sent.destroy()
  open.clear()
  await Promise.all(closed)
}

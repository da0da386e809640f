/** One call of a Gradio function as its own page makes it: join the queue, read the stream to its end. */
import { randomBytes } from 'node:crypto'
import { readySigner } from './signed-fields.ts'
import { poolFor } from './small-requests.ts'

export interface CallJob {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly endpoint: number
  readonly values: readonly unknown[]
  /** What the function must answer in the end. */
  readonly answer: string
}

/** Milliseconds from the first byte sent to the end of the stream. */
export async function callFunction(job: CallJob): Promise<number> {
  const pool = poolFor(job.url, 2)
  const session = randomBytes(6).toString('hex')
  const signer = await readySigner(job)
  const started = performance.now()
  const join = {
    method: 'POST',
    path: '/gradio_api/queue/join',
    body: JSON.stringify({
      data: job.values,
      fn_index: job.endpoint,
      session_hash: session,
      event_data: null,
      trigger_id: null,
    }),
  } as const
  const joinFields = signer?.sign({ origin: job.url, ...join })
  const joined = await pool.request({
    ...join,
    headers: { ...job.headers, ...joinFields, 'content-type': 'application/json' },
  })
  const ticket = await joined.body.text()
  if (joined.statusCode !== 200) throw new Error(`Joining answered ${String(joined.statusCode)}: ${ticket}`)
  const listen = { method: 'GET', path: `/gradio_api/queue/data?session_hash=${session}` } as const
  const listenFields = signer?.sign({ origin: job.url, ...listen })
  const stream = await pool.request({
    ...listen,
    headers: { ...job.headers, ...listenFields, accept: 'text/event-stream' },
  })
  const events = await stream.body.text()
  const took = performance.now() - started
  const right = events.includes(JSON.stringify(job.answer)) && events.includes('"close_stream"')
  if (!right) throw new Error(`The stream answered ${String(stream.statusCode)}: ${events.slice(-500)}`)
  return took
}

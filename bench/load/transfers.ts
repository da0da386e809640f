/** One large body up or down, at the pace that the other side takes. */
import { once } from 'node:events'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { describePart } from '../../src/contract/proof.ts'
import { readySigner } from './signed-fields.ts'

export interface TransferJob {
  readonly url: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly direction: 'up' | 'down'
  readonly bytes: number
}

const chunk = Buffer.alloc(64 * 1024, 'x')

/** Milliseconds; throws unless every byte arrived. */
export async function transfer(job: TransferJob): Promise<number> {
  const signer = job.direction === 'up' ? await readySigner(job) : undefined
  const started = performance.now()
  const parts = describePart('files', 'a.bin', job.bytes)
  const fields = signer?.sign({ method: 'POST', origin: job.url, path: job.path, parts })
  const sent = request(new URL(job.path, job.url), {
    method: job.direction === 'up' ? 'POST' : 'GET',
    agent: false,
    headers: { ...job.headers, ...fields, ...(job.direction === 'up' ? uploadHeaders(job.bytes) : {}) },
  })
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>
  if (job.direction === 'up') await sendAll(sent, job.bytes)
  sent.end()
  const [answer] = await answered
  const arrived = job.direction === 'up' ? await readCount(answer) : await countBytes(answer)
  // The app counts the form's own bytes too, and the gate writes that form anew.
  const whole = job.direction === 'up' ? arrived >= job.bytes : arrived === job.bytes
  if (answer.statusCode !== 200 || !whole)
    throw new Error(
      `${job.url}: ${String(answer.statusCode)}, ${String(arrived)} bytes of ${String(job.bytes)}.`,
    )
  return performance.now() - started
}

const formStart = '--bench\r\ncontent-disposition: form-data; name="files"; filename="a.bin"\r\n\r\n'
const formEnd = '\r\n--bench--\r\n'

function uploadHeaders(bytes: number): Record<string, string> {
  const length = formStart.length + bytes + formEnd.length
  return { 'content-type': 'multipart/form-data; boundary=bench', 'content-length': String(length) }
}

async function sendAll(sent: ClientRequest, bytes: number): Promise<void> {
  sent.write(formStart)
  for (let left = bytes; left > 0; left -= chunk.byteLength) {
    if (!sent.write(left < chunk.byteLength ? chunk.subarray(0, left) : chunk)) await once(sent, 'drain')
  }
  sent.write(formEnd)
}

async function countBytes(answer: IncomingMessage): Promise<number> {
  let bytes = 0
  for await (const piece of answer) bytes += (piece as Buffer).byteLength
  return bytes
}

async function readCount(answer: IncomingMessage): Promise<number> {
  const text = (await answer.setEncoding('utf8').toArray()).join('')
  return answer.statusCode === 200 ? Number((JSON.parse(text) as number[])[0]) : 0
}

/** The app's description of itself, cut down to what the asker may see before anything of it goes on. */
import { refuse, type Refusal } from '../refusals.ts'
import type { Answer } from '../request.ts'
import type { Answering } from './inspect.ts'
import { readWhole } from './whole-answer.ts'

/** The bytes to show; a word says why nothing may be shown. */
export type View = (answer: Buffer) => Promise<Buffer | string>

/** Larger than any app's configuration; see app/read-app.ts. */
const mostBytes = 32 * 1024 * 1024

export async function showView({ head, headers, relay }: Answering, view: View): Promise<Answer | Refusal> {
  const plain = (head.headers['content-encoding'] ?? 'identity') === 'identity'
  const read = plain ? await readWhole(relay, mostBytes) : undefined
  const shown = read?.kind === 'whole' ? await view(read.bytes) : 'unreadable'
  if (typeof shown === 'string') {
    relay.cut('upstream-broke')
    return refuse('upstream-broken', { reason: `view-${shown}` })
  }
  const { etag: _other, ...kept } = headers
  return {
    kind: 'answer',
    status: head.status,
    headers: { ...kept, 'content-length': String(shown.byteLength) },
    body: { kind: 'bytes', bytes: shown },
  }
}

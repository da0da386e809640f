/** Shows the gate what the login host brought: again while the gate, or what stands before it, only can't answer now. */
import { paths, type Enter } from 'sekisho/contract'
import { ask, type Post } from '../ceremony/ask-gate.ts'
import { parseRetryAfter } from '../form/waiting.ts'

/** A code is good for a minute. */
const codeMs = 60_000

/** What was asked is neither done nor refused: it may be asked again. */
export function hasNoTime({ status }: Response): boolean {
  return status === 429 || status >= 500
}

const waitThis = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** The same message each time, since the first that the gate takes spends the code. Rejects where nothing came of it until the code is over. */
export async function enter(message: Enter, post: Post, pause = waitThis, now = Date.now): Promise<Response> {
  const end = now() + codeMs
  for (;;) {
    const answer = await ask(post, paths.enterApi, message)
    if (answer !== undefined && !hasNoTime(answer)) return answer
    const wait = parseRetryAfter(answer?.headers.get('retry-after') ?? null, now()) * 1000
    if (now() + wait > end) throw new TypeError('The gate has no time.')
    await pause(wait)
  }
}

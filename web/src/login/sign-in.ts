/** The login ceremony at the browser's side: two messages to the gate, one answer computed in between. */
import {
  normalizePassword,
  paths,
  type LoginFinish,
  type LoginStart,
  type LoginStarted,
} from 'sekisho/contract'
import { isAllowedStretching, parseLoginStarted } from './login-started.ts'
import { OpaqueUnavailable } from './opaque-client.ts'
import type { Outcome } from './outcome.ts'
import { parseRetryAfter } from './waiting.ts'

export interface Opaque {
  begin(password: string): Promise<string>
  finish(answer: LoginStarted): Promise<string | undefined>
  forget(): void
}

/** Sends JSON to the gate; rejects when there is no answer. */
export type Post = (path: string, body: LoginStart | LoginFinish) => Promise<Response>

export async function signIn(typed: string, opaque: Opaque, post: Post): Promise<Outcome> {
  try {
    return await attempt(normalizePassword(typed), opaque, post)
  } catch (thrown) {
    if (thrown instanceof OpaqueUnavailable) return { kind: thrown.why }
    return { kind: 'faulty' }
  } finally {
    opaque.forget()
  }
}

async function attempt(password: string, opaque: Opaque, post: Post): Promise<Outcome> {
  const startLoginRequest = await opaque.begin(password)
  const first = await ask(post, paths.loginStart, { startLoginRequest })
  if (first === undefined) return { kind: 'unreachable' }
  if (first.status !== 200) return refusalOf(first)
  const started = parseLoginStarted(await first.json())
  if (started === undefined) return { kind: 'faulty' }
  if (!isAllowedStretching(started.stretching)) return { kind: 'weakened' }

  const finishLoginRequest = await opaque.finish(started)
  // A wrong password shows here and never reaches the gate, which sees an abandoned login (RFC 9807 section 6.4).
  if (finishLoginRequest === undefined) return { kind: 'refused' }
  const second = await ask(post, paths.loginFinish, { finishLoginRequest, state: started.state })
  if (second === undefined) return { kind: 'unreachable' }
  return second.status === 204 ? { kind: 'signed-in' } : refusalOf(second)
}

async function ask(post: Post, path: string, body: LoginStart | LoginFinish): Promise<Response | undefined> {
  try {
    return await post(path, body)
  } catch {
    return undefined
  }
}

function refusalOf(answer: Response): Outcome {
  const waitSeconds = parseRetryAfter(answer.headers.get('retry-after'), Date.now())
  switch (answer.status) {
    case 429:
      return { kind: 'paced', waitSeconds }
    case 503:
      return { kind: 'busy', waitSeconds }
    case 400:
    case 401:
    case 403:
      return { kind: 'refused' }
    case 502:
    case 504:
      return { kind: 'unreachable' }
    default:
      return { kind: 'faulty' }
  }
}

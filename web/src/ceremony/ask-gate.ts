/** Questions to the gate, and what its refusals mean. */
import { parseRetryAfter } from '../form/waiting.ts'
import { OpaqueUnavailable, type Opaque } from './opaque.ts'
import type { Trouble } from './outcome.ts'

const answerWithinMs = 30_000

/** Sends JSON to the gate; rejects when there is no answer. */
export type Post = (path: string, body: object) => Promise<Response>

export function postJson(path: string, body: object): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
    cache: 'no-store',
    redirect: 'error',
    signal: AbortSignal.timeout(answerWithinMs),
  })
}

/** Undefined: no answer. */
export async function ask<Body extends object>(
  post: Post,
  path: string,
  body: Body,
): Promise<Response | undefined> {
  try {
    return await post(path, body)
  } catch {
    return undefined
  }
}

/** A refusal's code where the gate tells it, else ''. */
export async function readCode(answer: Response): Promise<string> {
  const body: unknown = await answer.json().catch(() => undefined)
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : ''
  return typeof code === 'string' ? code : ''
}

/** What a refusal means that is nobody's answer in particular. */
export function troubleOf(answer: Response): Trouble {
  const waitSeconds = parseRetryAfter(answer.headers.get('retry-after'), Date.now())
  switch (answer.status) {
    case 429:
      return { kind: 'paced', waitSeconds }
    case 503:
      return { kind: 'busy', waitSeconds }
    case 502:
    case 504:
      return { kind: 'unreachable' }
    default:
      return { kind: 'faulty' }
  }
}

/** Runs a ceremony to its end and forgets what it used, whatever happens. */
export async function conduct<Ending>(
  opaque: Opaque,
  ceremony: () => Promise<Ending>,
): Promise<Ending | Trouble> {
  try {
    return await ceremony()
  } catch (thrown) {
    return thrown instanceof OpaqueUnavailable ? { kind: thrown.why } : { kind: 'faulty' }
  } finally {
    opaque.forget()
  }
}

/** OPAQUE's login up to the proof (RFC 9807 section 6): for signing in, and before a password may be changed. */
import { ask, troubleOf, type Post } from './ask-gate.ts'
import type { Enrolled, Enrolment } from './enrol-key.ts'
import type { Opaque } from './opaque.ts'
import type { Trouble } from './outcome.ts'
import { isAllowedStretching, parseLoginStarted } from './started.ts'

export interface Proving {
  readonly path: string
  /** Normalised. */
  readonly password: string
  /** OPAQUE's client identity that the answer must name. */
  readonly client: string
  /** Sent beside the request. */
  readonly beside?: Readonly<Record<string, string>>
  /** The key that the login binds. */
  readonly enrolment?: Enrolment
}

export type Proof =
  | {
      readonly kind: 'proof'
      readonly finishLoginRequest: string
      readonly state: string
      readonly enrolled?: Enrolled
      readonly keyOptional?: true
    }
  /** Seen here and nowhere else: the gate sees an abandoned login (RFC 9807 section 6.4). */
  | { readonly kind: 'wrong-password' }
  | { readonly kind: 'refused'; readonly answer: Response }
  | Trouble

export async function provePassword(proving: Proving, opaque: Opaque, post: Post): Promise<Proof> {
  const startLoginRequest = await opaque.begin(proving.password)
  const answer = await ask(post, proving.path, { startLoginRequest, ...proving.beside })
  if (answer === undefined) return { kind: 'unreachable' }
  if (answer.status !== 200) return refusalOf(answer)
  const started = parseLoginStarted(await answer.json())
  if (started === undefined || started.identifiers.client !== proving.client) return { kind: 'faulty' }
  if (!isAllowedStretching(started.stretching)) return { kind: 'weakened' }
  const finished = await opaque.finish(started, proving.enrolment)
  return finished === undefined
    ? { kind: 'wrong-password' }
    : { kind: 'proof', state: started.state, ...finished, ...(started.keyOptional && { keyOptional: true }) }
}

function refusalOf(answer: Response): Proof {
  return [400, 401, 403].includes(answer.status) ? { kind: 'refused', answer } : troubleOf(answer)
}

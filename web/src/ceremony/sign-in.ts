/** Signing in at the browser's side: two messages to the gate, one answer computed in between. */
import { normalizePassword, paths, type LoginFinish } from 'sekisho/contract'
import { ask, conduct, troubleOf, type Post } from './ask-gate.ts'
import type { Opaque } from './opaque.ts'
import type { Outcome } from './outcome.ts'
import { provePassword } from './prove-password.ts'
import { clientOf } from './started.ts'

/** As typed; without a name it is the shared password. */
export interface Credentials {
  readonly username?: string
  readonly password: string
}

export function signIn(typed: Credentials, opaque: Opaque, post: Post): Promise<Outcome> {
  return conduct(opaque, () => attempt(typed, opaque, post))
}

async function attempt({ username, password }: Credentials, opaque: Opaque, post: Post): Promise<Outcome> {
  const proving = {
    path: paths.loginStart,
    password: normalizePassword(password),
    client: clientOf(username),
    ...(username === undefined ? {} : { beside: { username } }),
  }
  const proof = await provePassword(proving, opaque, post)
  if (proof.kind === 'wrong-password' || proof.kind === 'refused') return { kind: 'refused' }
  if (proof.kind !== 'proof') return proof
  const { finishLoginRequest, state } = proof
  const second = await ask<LoginFinish>(post, paths.loginFinish, { finishLoginRequest, state })
  if (second === undefined) return { kind: 'unreachable' }
  if (second.status === 204) return { kind: 'signed-in' }
  return [400, 401, 403].includes(second.status) ? { kind: 'refused' } : troubleOf(second)
}

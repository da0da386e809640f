/** Signing in at the browser's side: two messages to the gate, one answer computed in between, and a key that it leaves here. */
import { normalizePassword, paths, type LoginFinish } from 'sekisho/contract'
import type { LoginKey, LoginKeys } from '../proof/login-key.ts'
import { ask, conduct, troubleOf, type Post } from './ask-gate.ts'
import type { Enrolled } from './enrol-key.ts'
import type { Opaque } from './opaque.ts'
import type { Outcome } from './outcome.ts'
import { provePassword } from './prove-password.ts'
import { clientOf, parseHandedOver } from './started.ts'

/** As typed; without a name it is the shared password. */
export interface Credentials {
  readonly username?: string
  readonly password: string
}

export interface SigningIn {
  readonly opaque: Opaque
  readonly post: Post
  readonly keys: LoginKeys
  /** At a login host: the origin of the app, whose key it is. */
  readonly for?: string
}

export function signIn(typed: Credentials, by: SigningIn): Promise<Outcome> {
  return conduct(by.opaque, () => attempt(typed, by))
}

async function attempt(
  { username, password }: Credentials,
  { opaque, post, keys, ...more }: SigningIn,
): Promise<Outcome> {
  const key = await keys.make().catch(() => undefined)
  if (key === undefined) return { kind: 'keyless' }
  const { alg, publicKey } = key
  const proving = {
    path: paths.loginStart,
    password: normalizePassword(password),
    client: clientOf(username),
    enrolment: { alg, publicKey, origin: keys.origin },
    ...(username === undefined ? {} : { beside: { username } }),
  }
  const proof = await provePassword(proving, opaque, post)
  if (proof.kind === 'wrong-password' || proof.kind === 'refused') return { kind: 'refused' }
  if (proof.kind !== 'proof') return proof
  const { finishLoginRequest, state, enrolled, keyOptional = false } = proof
  if (enrolled === undefined) return { kind: 'faulty' }
  let isKept = true
  if (key.isElsewhere !== true) {
    const kept = key.made ?? enrolled.derived
    if (kept === undefined) return { kind: 'faulty' }
    // Before the gate knows it: the first page to be opened finds it here.
    isKept = await keys.keep(kept.keyid, kept.secret).then(
      () => true,
      () => false,
    )
    if (!isKept && !keyOptional) return { kind: 'keyless' }
  }
  // A key that is lost already would only keep its owner out.
  const offered = isKept ? { key: offerOf(key, enrolled) } : {}
  const finish: LoginFinish = { finishLoginRequest, state, ...offered, ...more }
  const second = await ask(post, paths.loginFinish, finish)
  if (second === undefined) return { kind: 'unreachable' }
  if (second.status === 204) return { kind: 'signed-in' }
  if (second.status === 200) {
    const handed = parseHandedOver(await second.json().catch(() => undefined))
    return handed === undefined ? { kind: 'faulty' } : { kind: 'handed-over', ...handed }
  }
  return [400, 401, 403].includes(second.status) ? { kind: 'refused' } : troubleOf(second)
}

function offerOf({ alg, publicKey }: LoginKey, { mac }: Enrolled): NonNullable<LoginFinish['key']> {
  return alg === 'hmac-sha256' ? { alg, mac } : { alg, publicKey, mac }
}

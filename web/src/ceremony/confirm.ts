/** Giving the password again at the browser's side: OPAQUE for the account that is signed in, and what the gate answers to it. */
import { normalizePassword, paths, type ConfirmFinish, type ConfirmLooked } from 'sekisho/contract'
import { ask, conduct, readCode, troubleOf, type Post } from './ask-gate.ts'
import type { Opaque } from './opaque.ts'
import type { Trouble } from './outcome.ts'
import { provePassword } from './prove-password.ts'
import { clientOf, parseConfirmed, parseConfirmLooked } from './started.ts'

export type ConfirmOutcome =
  | { readonly kind: 'confirmed'; readonly code?: string }
  | { readonly kind: 'wrong-password' }
  | ConfirmRefused

export type ConfirmRefused =
  /** What the password was asked for is over. */
  | { readonly kind: 'over' }
  /** The gate never asked for it: whoever answered the page did, or whoever led here. */
  | { readonly kind: 'never-asked' }
  | { readonly kind: 'signed-out' }
  | Trouble

/** Where the window is: beside the app, or at a login host, which goes by the ticket alone. */
export interface ConfirmPaths {
  readonly look: string
  readonly start: string
  readonly finish: string
}

export const besideApp: ConfirmPaths = {
  look: paths.confirmLook,
  start: paths.confirmStart,
  finish: paths.confirmFinish,
}
export const atLoginHost: ConfirmPaths = {
  look: paths.awayLook,
  start: paths.awayStart,
  finish: paths.awayFinish,
}

export interface Confirming {
  readonly at: ConfirmPaths
  readonly ticket: string
  readonly username: string | undefined
  readonly password: string
}

/** What the password is asked for. */
export async function askWhatFor(
  { at, ticket }: Pick<Confirming, 'at' | 'ticket'>,
  post: Post,
): Promise<(ConfirmLooked & { readonly kind: 'asked' }) | ConfirmRefused> {
  const answer = await ask(post, at.look, { ticket })
  if (answer === undefined) return { kind: 'unreachable' }
  if (answer.status !== 200) return refusedAs(await readCode(answer), answer)
  const looked = parseConfirmLooked(await answer.json().catch(() => undefined))
  return looked === undefined ? { kind: 'faulty' } : { kind: 'asked', ...looked }
}

export function confirm(confirming: Confirming, opaque: Opaque, post: Post): Promise<ConfirmOutcome> {
  return conduct(opaque, () => perform(confirming, opaque, post))
}

async function perform(
  { at, ticket, username, password }: Confirming,
  opaque: Opaque,
  post: Post,
): Promise<ConfirmOutcome> {
  const proving = {
    path: at.start,
    password: normalizePassword(password),
    client: clientOf(username),
    beside: { ticket },
  }
  const proof = await provePassword(proving, opaque, post)
  if (proof.kind === 'refused') return outcomeOf(proof.answer)
  if (proof.kind !== 'proof') return proof
  const { finishLoginRequest, state } = proof
  const message: ConfirmFinish = { finishLoginRequest, state, ticket }
  const answer = await ask(post, at.finish, message)
  if (answer === undefined) return { kind: 'unreachable' }
  if (answer.status !== 200) return outcomeOf(answer)
  const confirmed = parseConfirmed(await answer.json().catch(() => undefined))
  return confirmed === undefined ? { kind: 'faulty' } : { kind: 'confirmed', ...confirmed }
}

/** A proof that the gate didn't take looks like a wrong password, as at the login. */
async function outcomeOf(answer: Response): Promise<ConfirmOutcome> {
  const code = await readCode(answer)
  return code === 'login-failed' ? { kind: 'wrong-password' } : refusedAs(code, answer)
}

function refusedAs(code: string, answer: Response): ConfirmRefused {
  if (code === 'ticket-over') return { kind: 'over' }
  if (code === 'ticket-invalid') return { kind: 'never-asked' }
  return answer.status === 401 ? { kind: 'signed-out' } : troubleOf(answer)
}

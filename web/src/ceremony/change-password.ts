/** Changing the own password at the browser's side: the current one is proved, then a new one is registered. */
import {
  normalizePassword,
  paths,
  type PasswordProve,
  type PasswordRules,
  type PasswordSet,
} from 'sekisho/contract'
import { ask, conduct, readCode, troubleOf, type Post } from './ask-gate.ts'
import type { Opaque } from './opaque.ts'
import type { ChangeOutcome } from './outcome.ts'
import { provePassword } from './prove-password.ts'
import { clientOf, isAllowedStretching, parsePasswordProved, parsePasswordRules } from './started.ts'

/** What a new password must be, or undefined when there is no answer. */
export async function askPasswordRules(): Promise<PasswordRules | undefined> {
  try {
    const answer = await fetch(paths.passwordRules, { cache: 'no-store' })
    return answer.ok ? parsePasswordRules(await answer.json()) : undefined
  } catch {
    return undefined
  }
}

export interface PasswordChange {
  readonly username: string
  readonly current: string
  /** As `judgePassword` accepted it. */
  readonly wanted: string
}

export function changePassword(change: PasswordChange, opaque: Opaque, post: Post): Promise<ChangeOutcome> {
  return conduct(opaque, () => perform(change, opaque, post))
}

async function perform(change: PasswordChange, opaque: Opaque, post: Post): Promise<ChangeOutcome> {
  const client = clientOf(change.username)
  const proving = { path: paths.passwordStart, password: normalizePassword(change.current), client }
  const proof = await provePassword(proving, opaque, post)
  if (proof.kind === 'wrong-password') return { kind: 'wrong-current' }
  if (proof.kind === 'refused') return refusalOf(proof.answer)
  if (proof.kind !== 'proof') return proof

  const { finishLoginRequest, state } = proof
  const registrationRequest = await opaque.beginRegistration(normalizePassword(change.wanted))
  const message: PasswordProve = { finishLoginRequest, state, registrationRequest }
  const second = await ask(post, paths.passwordProve, message)
  if (second === undefined) return { kind: 'unreachable' }
  if (second.status !== 200) return refusalOf(second)
  const proved = parsePasswordProved(await second.json())
  if (proved === undefined || proved.identifiers.client !== client) return { kind: 'faulty' }
  if (!isAllowedStretching(proved.stretching)) return { kind: 'weakened' }

  const registrationRecord = await opaque.finishRegistration(proved)
  const setting: PasswordSet = { registrationRecord, ticket: proved.ticket }
  const third = await ask(post, paths.passwordSet, setting)
  if (third === undefined) return { kind: 'unreachable' }
  if (third.status === 204) return { kind: 'changed' }
  const refused = await refusalOf(third)
  // The current password was right, so it is the ticket that came too late.
  return refused.kind === 'wrong-current' ? { kind: 'faulty' } : refused
}

async function refusalOf(answer: Response): Promise<ChangeOutcome> {
  switch (await readCode(answer)) {
    case 'login-failed':
      return { kind: 'wrong-current' }
    case 'registration-insecure':
      return { kind: 'insecure' }
    default:
      return answer.status === 401 ? { kind: 'signed-out' } : troubleOf(answer)
  }
}

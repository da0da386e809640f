/** Joining by invitation at the browser's side: a look, then OPAQUE's registration (RFC 9807 section 5). */
import {
  normalizePassword,
  paths,
  type JoinFinish,
  type JoinLook,
  type JoinLooked,
  type JoinStart,
} from 'sekisho/contract'
import { ask, conduct, readCode, troubleOf, type Post } from './ask-gate.ts'
import type { Opaque } from './opaque.ts'
import type { JoinOutcome, Trouble } from './outcome.ts'
import { clientOf, isAllowedStretching, parseJoinLooked, parseRegistrationStarted } from './started.ts'

type Looked =
  | { readonly kind: 'looked'; readonly invitation: JoinLooked }
  | { readonly kind: 'invalid' | 'insecure' }
  | Trouble

/** Uses nothing up. */
export async function lookAtInvitation(invitation: string, post: Post): Promise<Looked> {
  const answer = await ask<JoinLook>(post, paths.joinLook, { invitation })
  if (answer === undefined) return { kind: 'unreachable' }
  if (answer.status !== 200) return refusalOf(answer)
  const looked = parseJoinLooked(await answer.json().catch(() => undefined))
  return looked === undefined ? { kind: 'faulty' } : { kind: 'looked', invitation: looked }
}

export interface Joining {
  readonly invitation: string
  readonly username: string
  /** As `judgePassword` accepted it. */
  readonly password: string
}

/** Uses the invitation up when it ends with `joined`, and only then. */
export function join(joining: Joining, opaque: Opaque, post: Post): Promise<JoinOutcome> {
  return conduct(opaque, () => register(joining, opaque, post))
}

async function register(joining: Joining, opaque: Opaque, post: Post): Promise<JoinOutcome> {
  const { invitation, username } = joining
  const registrationRequest = await opaque.beginRegistration(normalizePassword(joining.password))
  const first = await ask<JoinStart>(post, paths.joinStart, { invitation, registrationRequest })
  if (first === undefined) return { kind: 'unreachable' }
  if (first.status !== 200) return refusalOf(first)
  const started = parseRegistrationStarted(await first.json())
  if (started === undefined || started.identifiers.client !== clientOf(username)) return { kind: 'faulty' }
  if (!isAllowedStretching(started.stretching)) return { kind: 'weakened' }

  const registrationRecord = await opaque.finishRegistration(started)
  const second = await ask<JoinFinish>(post, paths.joinFinish, { invitation, registrationRecord })
  if (second === undefined) return { kind: 'unreachable' }
  return second.status === 204 ? { kind: 'joined' } : refusalOf(second)
}

async function refusalOf(
  answer: Response,
): Promise<{ readonly kind: 'invalid' } | { readonly kind: 'insecure' } | Trouble> {
  switch (await readCode(answer)) {
    case 'invitation-invalid':
      return { kind: 'invalid' }
    case 'registration-insecure':
      return { kind: 'insecure' }
    default:
      return troubleOf(answer)
  }
}

/** Registration: both halves of OPAQUE's registration (RFC 9807 section 5) where the password is typed, in our CLI. */
import { client, ready, server } from '@serenity-kit/opaque'
import { defaultStretching, normalizePassword } from '../contract/contract.ts'
import type { Identifiers, Stretching } from '../contract/contract.ts'
import type { Username } from '../kit/username.ts'
import type { PasswordRow, UserId } from '../store/rows.ts'
import type { KeyRing } from './key.ts'

export interface Registration {
  readonly keys: KeyRing
  /** From `readInstance`. */
  readonly instance: string
  readonly now: number
  /** Whose password; absent: the shared one. */
  readonly user?: { readonly id: UserId; readonly name: Username }
  readonly stretching?: Stretching
}

/** OPAQUE's credential identifier (RFC 9807 section 4): which password it is. */
export const sharedCredential = 'shared'

/** By name and not by id: a name that nobody has needs one too, and the same one if somebody gets it later. */
export function credentialOf(username: Username | undefined): string {
  return username === undefined ? sharedCredential : `user:${username}`
}

/** Both names, bound into the record and into every key exchange: a record serves this instance and this name only. */
export function identifiersOf(instance: string, username?: Username): Identifiers {
  return { client: username === undefined ? 'guest' : `user:${username}`, server: instance }
}

/** The row to give to `store.passwords.set`. The rules were applied where the password was typed (`takePassword`). */
export async function registerPassword(typed: string, registration: Registration): Promise<PasswordRow> {
  await ready
  const password = normalizePassword(typed)
  const { memory, iterations, parallelism } = registration.stretching ?? defaultStretching
  const begun = client.startRegistration({ password })
  const { registrationResponse } = server.createRegistrationResponse({
    serverSetup: registration.keys.opaqueSetup.reveal(),
    userIdentifier: credentialOf(registration.user?.name),
    registrationRequest: begun.registrationRequest,
  })
  const { registrationRecord } = client.finishRegistration({
    password,
    registrationResponse,
    clientRegistrationState: begun.clientRegistrationState,
    identifiers: identifiersOf(registration.instance, registration.user?.name),
    keyStretching: { 'argon2id-custom': { memory, iterations, parallelism } },
  })
  return {
    id: registration.user?.id ?? 'shared',
    record: registrationRecord,
    stretching: { memory, iterations, parallelism },
    changedAt: registration.now,
  }
}

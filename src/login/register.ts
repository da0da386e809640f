/** Registration: both halves of OPAQUE's registration (RFC 9807 section 5) where the password is typed, in our CLI. */
import { client, ready, server } from '@serenity-kit/opaque'
import { defaultStretching } from '../contract/contract.ts'
import type { Identifiers, Stretching } from '../contract/contract.ts'
import { GateFault } from '../kit/fault.ts'
import type { PasswordRow } from '../store/rows.ts'
import type { KeyRing } from './key.ts'
import { judgePassword } from './password-rules.ts'

export interface Registration {
  readonly keys: KeyRing
  /** From `readInstance`. */
  readonly instance: string
  readonly now: number
  readonly stretching?: Stretching
}

/** OPAQUE's credential identifier (RFC 9807 section 4): which password it is. */
export const sharedCredential = 'shared'

/** Both names, bound into the record and into every key exchange: a record serves this instance only. */
export function identifiersOf(instance: string): Identifiers {
  return { client: 'guest', server: instance }
}

/** The row to give to `store.passwords.set`. Throws `usage` with the reason when the password breaks the rules. */
export async function registerPassword(typed: string, registration: Registration): Promise<PasswordRow> {
  const verdict = judgePassword(typed)
  if (!verdict.ok) throw new GateFault('usage', verdict.reason)
  await ready
  const { password } = verdict
  const { memory, iterations, parallelism } = registration.stretching ?? defaultStretching
  const begun = client.startRegistration({ password })
  const { registrationResponse } = server.createRegistrationResponse({
    serverSetup: registration.keys.opaqueSetup.reveal(),
    userIdentifier: sharedCredential,
    registrationRequest: begun.registrationRequest,
  })
  const { registrationRecord } = client.finishRegistration({
    password,
    registrationResponse,
    clientRegistrationState: begun.clientRegistrationState,
    identifiers: identifiersOf(registration.instance),
    keyStretching: { 'argon2id-custom': { memory, iterations, parallelism } },
  })
  return {
    id: 'shared',
    record: registrationRecord,
    stretching: { memory, iterations, parallelism },
    changedAt: registration.now,
  }
}

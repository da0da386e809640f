/** Is this the password that is set? Both halves of an OPAQUE login (RFC 9807 section 6) in one place, no network. */
import { client, ready, server } from '@serenity-kit/opaque'
import type { Username } from '../kit/username.ts'
import type { Secret } from '../kit/secret.ts'
import type { KeyRing } from '../login/key.ts'
import { credentialOf, identifiersOf } from '../login/register.ts'
import type { PasswordRow } from '../store/rows.ts'

interface Proving {
  readonly keys: KeyRing
  readonly instance: string
  /** Absent: the shared password. */
  readonly username?: Username
}

export async function matchesPassword(
  password: Secret,
  row: PasswordRow,
  { keys, instance, username }: Proving,
): Promise<boolean> {
  await ready
  const typed = password.reveal()
  const identifiers = { ...identifiersOf(instance, username) }
  const { clientLoginState, startLoginRequest } = client.startLogin({ password: typed })
  const { loginResponse } = server.startLogin({
    serverSetup: keys.opaqueSetup.reveal(),
    userIdentifier: credentialOf(username),
    registrationRecord: row.record,
    startLoginRequest,
    identifiers,
  })
  const { memory, iterations, parallelism } = row.stretching
  const finished = client.finishLogin({
    password: typed,
    clientLoginState,
    loginResponse,
    identifiers,
    keyStretching: { 'argon2id-custom': { memory, iterations, parallelism } },
  })
  return finished !== undefined
}

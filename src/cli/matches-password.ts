/** Is this the password that is set? Both halves of an OPAQUE login (RFC 9807 section 6) in one place, no network. */
import { client, ready, server } from '@serenity-kit/opaque'
import type { Secret } from '../kit/secret.ts'
import type { KeyRing } from '../login/key.ts'
import { identifiersOf, sharedCredential } from '../login/register.ts'
import type { PasswordRow } from '../store/rows.ts'

export async function matchesPassword(
  password: Secret,
  row: PasswordRow,
  { keys, instance }: { readonly keys: KeyRing; readonly instance: string },
): Promise<boolean> {
  await ready
  const typed = password.reveal()
  const identifiers = { ...identifiersOf(instance) }
  const { clientLoginState, startLoginRequest } = client.startLogin({ password: typed })
  const { loginResponse } = server.startLogin({
    serverSetup: keys.opaqueSetup.reveal(),
    userIdentifier: sharedCredential,
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

/** OPAQUE's client in Node, as the pages use it: a password is proved, or a record is made of it. `ready` comes first. */
import { client } from '@serenity-kit/opaque'
import { normalizePassword } from '../../src/contract/contract.ts'
import type { LoginStarted, RegistrationStarted } from '../../src/contract/contract.ts'

/** The first message of a login, and the last one by the gate's answer: undefined when that shows that the password is wrong. */
export function beginProof(typed: string) {
  const password = normalizePassword(typed)
  const { clientLoginState, startLoginRequest } = client.startLogin({ password })
  const finish = ({ loginResponse, state, stretching, identifiers }: LoginStarted) => {
    const proof = client.finishLogin({
      ...{ clientLoginState, loginResponse, password },
      identifiers: { ...identifiers },
      keyStretching: { 'argon2id-custom': { ...stretching } },
    })
    if (proof === undefined) return undefined
    const { finishLoginRequest, sessionKey } = proof
    return { message: { finishLoginRequest, state }, sessionKey }
  }
  return { startLoginRequest, finish }
}

/** The first half of a registration, and what the second half needs. */
export function beginRecord(typed: string) {
  const password = normalizePassword(typed)
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password })
  const finish = ({ registrationResponse, identifiers, stretching }: RegistrationStarted) =>
    client.finishRegistration({
      ...{ password, clientRegistrationState, registrationResponse },
      identifiers: { ...identifiers },
      keyStretching: { 'argon2id-custom': { ...stretching } },
    }).registrationRecord
  return { registrationRequest, finish }
}

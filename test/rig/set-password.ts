/** Joins by invitation and changes a password from Node with the real OPAQUE client, as the pages do. */
import { client, ready } from '@serenity-kit/opaque'
import { normalizePassword, paths } from '../../src/contract/contract.ts'
import type { LoginStarted, PasswordProved, RegistrationStarted } from '../../src/contract/contract.ts'
import { post } from './log-in.ts'

export interface Sending {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** How messages travel; `post` by default. */
  readonly send?: typeof post
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

/** Everything but the last message, which uses the invitation up. */
export async function prepareJoin(
  invitation: string,
  password: string,
  { url, headers, send = post }: Sending,
): Promise<Response | (() => Promise<Response>)> {
  await ready
  const { registrationRequest, finish } = beginRecord(password)
  const started = await send(url, paths.joinStart, { invitation, registrationRequest }, headers)
  if (started.status !== 200) return started
  const registrationRecord = finish((await started.json()) as RegistrationStarted)
  return () => send(url, paths.joinFinish, { invitation, registrationRecord }, headers)
}

/** The answer of the last message, or the first that is a refusal. */
export async function join(invitation: string, password: string, sending: Sending): Promise<Response> {
  const prepared = await prepareJoin(invitation, password, sending)
  return prepared instanceof Response ? prepared : prepared()
}

/** Undefined when the current password is wrong, which shows in the browser. */
export async function changePassword(
  { current, next }: { readonly current: string; readonly next: string },
  { url, headers, send = post }: Sending,
): Promise<Response | undefined> {
  await ready
  const password = normalizePassword(current)
  const { clientLoginState, startLoginRequest } = client.startLogin({ password })
  const started = await send(url, paths.passwordStart, { startLoginRequest }, headers)
  if (started.status !== 200) return started
  const { loginResponse, state, stretching, identifiers } = (await started.json()) as LoginStarted
  const proof = client.finishLogin({
    ...{ clientLoginState, loginResponse, password },
    identifiers: { ...identifiers },
    keyStretching: { 'argon2id-custom': { ...stretching } },
  })
  if (proof === undefined) return undefined
  const { registrationRequest, finish } = beginRecord(next)
  const { finishLoginRequest } = proof
  const proved = await send(
    url,
    paths.passwordProve,
    { finishLoginRequest, state, registrationRequest },
    headers,
  )
  if (proved.status !== 200) return proved
  const answer = (await proved.json()) as PasswordProved
  const body = { registrationRecord: finish(answer), ticket: answer.ticket }
  return send(url, paths.passwordSet, body, headers)
}

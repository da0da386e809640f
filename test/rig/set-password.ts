/** Joins by invitation and changes a password from Node with the real OPAQUE client, as the pages do. */
import { ready } from '@serenity-kit/opaque'
import { paths } from '../../src/contract/contract.ts'
import type { LoginStarted, PasswordProved, RegistrationStarted } from '../../src/contract/contract.ts'
import { post } from './log-in.ts'
import { beginProof, beginRecord } from './opaque-client.ts'

export interface Sending {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** How messages travel; `post` by default. */
  readonly send?: typeof post
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
  const { startLoginRequest, finish: prove } = beginProof(current)
  const started = await send(url, paths.passwordStart, { startLoginRequest }, headers)
  if (started.status !== 200) return started
  const proof = prove((await started.json()) as LoginStarted)
  if (proof === undefined) return undefined
  const { registrationRequest, finish } = beginRecord(next)
  const proved = await send(url, paths.passwordProve, { ...proof.message, registrationRequest }, headers)
  if (proved.status !== 200) return proved
  const answer = (await proved.json()) as PasswordProved
  const body = { registrationRecord: finish(answer), ticket: answer.ticket }
  return send(url, paths.passwordSet, body, headers)
}

/** One OPAQUE login and one registration at the browser's side (RFC 9807 sections 5 and 6). Runs inside the worker. */
import type { client as opaqueClient } from '@serenity-kit/opaque'
import type { Stretching } from 'sekisho/contract'
import { enrolKey, type Enrolment } from './enrol-key.ts'
import type { FinishedLogin, LoginAnswer, RegistrationAnswer } from './opaque.ts'

interface OpenLogin {
  readonly password: string
  readonly clientLoginState: string
}

interface OpenRegistration {
  readonly password: string
  readonly clientRegistrationState: string
}

export class OpaqueAttempt {
  readonly #client: typeof opaqueClient
  #login: OpenLogin | undefined
  #registration: OpenRegistration | undefined

  constructor(client: typeof opaqueClient) {
    this.#client = client
  }

  /** KE1. A new attempt forgets the one before. */
  begin(password: string): string {
    const { clientLoginState, startLoginRequest } = this.#client.startLogin({ password })
    this.#login = { password, clientLoginState }
    return startLoginRequest
  }

  /** Undefined when the password is wrong. Takes a tenth of a second to some seconds: Argon2id. */
  finish(
    { loginResponse, identifiers, stretching }: LoginAnswer,
    enrolment?: Enrolment,
  ): FinishedLogin | undefined {
    const open = this.#login
    this.#login = undefined
    if (open === undefined) throw new TypeError('An attempt is finished once, after it began.')
    const finished = this.#client.finishLogin({
      ...open,
      loginResponse,
      identifiers: { ...identifiers },
      keyStretching: keyStretchingOf(stretching),
    })
    if (finished === undefined) return undefined
    const { finishLoginRequest, sessionKey } = finished
    return enrolment === undefined
      ? { finishLoginRequest }
      : { finishLoginRequest, enrolled: enrolKey(sessionKey, enrolment) }
  }

  beginRegistration(password: string): string {
    const { clientRegistrationState, registrationRequest } = this.#client.startRegistration({ password })
    this.#registration = { password, clientRegistrationState }
    return registrationRequest
  }

  /** The record, after Argon2id. */
  finishRegistration({ registrationResponse, identifiers, stretching }: RegistrationAnswer): string {
    const open = this.#registration
    this.#registration = undefined
    if (open === undefined) throw new TypeError('A registration is finished once, after it began.')
    return this.#client.finishRegistration({
      ...open,
      registrationResponse,
      identifiers: { ...identifiers },
      keyStretching: keyStretchingOf(stretching),
    }).registrationRecord
  }

  forget(): void {
    this.#login = undefined
    this.#registration = undefined
  }
}

function keyStretchingOf({ memory, iterations, parallelism }: Stretching) {
  return { 'argon2id-custom': { memory, iterations, parallelism } }
}

/** OPAQUE's browser half (RFC 9807) as the ceremonies use it. */
import type { Identifiers, Stretching } from 'sekisho/contract'
import type { Enrolled, Enrolment } from './enrol-key.ts'

export interface LoginAnswer {
  readonly loginResponse: string
  readonly stretching: Stretching
  readonly identifiers: Identifiers
}

export interface RegistrationAnswer {
  readonly registrationResponse: string
  readonly stretching: Stretching
  readonly identifiers: Identifiers
}

export interface FinishedLogin {
  /** KE3. */
  readonly finishLoginRequest: string
  /** Where a key was to be bound to the login. */
  readonly enrolled?: Enrolled
}

export interface Opaque {
  /** KE1. */
  begin(password: string): Promise<string>
  /** Undefined when the password is wrong. */
  finish(answer: LoginAnswer, enrolment?: Enrolment): Promise<FinishedLogin | undefined>
  /** The registration request. */
  beginRegistration(password: string): Promise<string>
  /** The record to store. */
  finishRegistration(answer: RegistrationAnswer): Promise<string>
  /** Drops every password and half-done step. */
  forget(): void
}

/** A browser without what OPAQUE needs, or a worker that could not be loaded. */
export class OpaqueUnavailable extends Error {
  override readonly name = 'OpaqueUnavailable'
  readonly why: 'unsupported' | 'unreachable'

  constructor(why: 'unsupported' | 'unreachable') {
    super(why)
    this.why = why
  }
}

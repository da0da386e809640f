/** What a page and its OPAQUE worker say to each other: one answer per question, in order. */
import type { Enrolment } from './enrol-key.ts'
import type { FinishedLogin, LoginAnswer, RegistrationAnswer } from './opaque.ts'

export type ToWorker =
  | { readonly kind: 'begin'; readonly password: string }
  | { readonly kind: 'finish'; readonly answer: LoginAnswer; readonly enrolment?: Enrolment }
  | { readonly kind: 'begin-registration'; readonly password: string }
  | { readonly kind: 'finish-registration'; readonly answer: RegistrationAnswer }
  | { readonly kind: 'forget' }

export type FromWorker =
  /** Sent once, unasked, when the module is compiled. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'begun'; readonly startLoginRequest: string }
  /** Without a login the password was wrong. */
  | { readonly kind: 'finished'; readonly login?: FinishedLogin }
  | { readonly kind: 'registration-begun'; readonly registrationRequest: string }
  | { readonly kind: 'registered'; readonly registrationRecord: string }
  | { readonly kind: 'broken' }

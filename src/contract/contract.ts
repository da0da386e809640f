/** What the gate's own pages and the gate say to each other. Shared with web/; imports nothing but types of its kind. */
import type { ProofKeyOffer, StepUp } from './proof.ts'

export const paths = {
  base: '/.sekisho/',
  login: '/.sekisho/login',
  loginStart: '/.sekisho/api/login/start',
  loginFinish: '/.sekisho/api/login/finish',
  logout: '/.sekisho/api/logout',
  /** POST: what a page sends when it begins, signed. */
  session: '/.sekisho/api/session',
  /** Answers nothing but the challenge for the next signed request (contract/proof.ts). */
  challenge: '/.sekisho/api/challenge',
  /** An invitation's page; its secret stands in the fragment, which browsers keep to themselves. */
  join: '/.sekisho/join',
  joinLook: '/.sekisho/api/join/look',
  joinStart: '/.sekisho/api/join/start',
  joinFinish: '/.sekisho/api/join/finish',
  /** The window that asks for the password again; what it is for stands in the fragment. */
  confirm: '/.sekisho/confirm',
  confirmLook: '/.sekisho/api/confirm/look',
  confirmStart: '/.sekisho/api/confirm/start',
  confirmFinish: '/.sekisho/api/confirm/finish',
  /** Where the login has a host of its own: the app's side of it, and what the login host asks on behalf of the app. */
  enter: '/.sekisho/enter',
  enterApi: '/.sekisho/api/enter',
  enterVouch: '/.sekisho/api/enter/vouch',
  away: '/.sekisho/away',
  awayLook: '/.sekisho/api/away/look',
  awayStart: '/.sekisho/api/away/start',
  awayFinish: '/.sekisho/api/away/finish',
  account: '/.sekisho/account',
  passwordRules: '/.sekisho/api/account/password/rules',
  passwordStart: '/.sekisho/api/account/password/start',
  passwordProve: '/.sekisho/api/account/password/prove',
  passwordSet: '/.sekisho/api/account/password/set',
  assets: '/.sekisho/assets/',
  health: '/.sekisho/health',
} as const

/** Query parameter of the login page: a path of the same origin to come back to. */
export const returnToParameter = 'return_to'
/** Query parameter of the login page: show it to whoever is signed in, too. */
export const againParameter = 'again'
/** Query parameter of the login host's pages: the origin of the app that somebody signs in to. */
export const forParameter = 'for'
/** Query parameter of the gate's own pages: `en` or `ja`, stronger than Accept-Language. */
export const languageParameter = 'lang'
export type Language = 'en' | 'ja'

/** Argon2id cost: memory in KiB, passes, lanes (RFC 9106). */
export interface Stretching {
  readonly memory: number
  readonly iterations: number
  readonly parallelism: number
}

/** The login page refuses weaker parameters than these, so that nobody on the way can lower them. */
export const leastStretching: Stretching = { memory: 19456, iterations: 2, parallelism: 1 }
export const defaultStretching: Stretching = { memory: 65536, iterations: 3, parallelism: 1 }

/** OPAQUE identities (RFC 9807 section 6.1), bound into the key exchange at both ends. */
export interface Identifiers {
  readonly client: string
  readonly server: string
}

/** POST loginStart: OPAQUE's KE1. Answer: KE2 and the server's state, sealed. All strings are base64url. */
export interface LoginStart {
  readonly startLoginRequest: string
  /** As typed; absent: the shared password. */
  readonly username?: string
}
export interface LoginStarted {
  readonly loginResponse: string
  readonly state: string
  readonly stretching: Stretching
  readonly identifiers: Identifiers
  /** Calls are good without a signature too: a browser that has no place for a key may sign in. */
  readonly keyOptional?: true
}

/** POST loginFinish: OPAQUE's KE3, the sealed state, and the key that will sign requests. Answer 204 with the session cookie. */
export interface LoginFinish {
  readonly finishLoginRequest: string
  readonly state: string
  /** Absent: this browser keeps none, and `keyOptional` said that it needn't. */
  readonly key?: ProofKeyOffer
  /** At a login host: the origin of the app whose key it is. Answer 200 with `LoginHandedOver` in place of the cookie. */
  readonly for?: string
}
export interface LoginHandedOver {
  /** Good once, for a minute, with the key. */
  readonly code: string
}

/** GET enterApi: where somebody signs in. */
export interface EnterWhere {
  readonly login: string
}
/** POST enterApi: the code, the session's key, and a signature of `enterText` by the trip's. Answer 204 with the session cookie. */
export interface Enter {
  readonly code: string
  /** SEC 1 section 2.3.3, uncompressed: 65 bytes. */
  readonly publicKey: string
  readonly signature: string
}

/** GET session: 200 while signed in, 401 otherwise. Times in seconds from now. */
export interface SessionState {
  /** The name that the log, the operator and the app know it by: no secret, the same for as long as the session lasts, and no other's. */
  readonly id: string
  readonly principal: 'guest' | 'user'
  /** Of a user. */
  readonly username?: string
  readonly idleEndsIn: number
  readonly endsIn: number
}

export const characterKinds = ['lower', 'upper', 'digit', 'symbol'] as const
export type CharacterKind = (typeof characterKinds)[number]

/** What a new password must be; applied where it is typed, since the gate never sees it. */
export interface PasswordRules {
  /** Code points. */
  readonly least: number
  /** Kinds of characters that must occur: none, unless the operator must follow such a rule. */
  readonly composition: readonly CharacterKind[]
  /** Words that an attacker of this site would try: its names, the user's name. */
  readonly siteWords: readonly string[]
}

/** POST joinLook: whose invitation is it? Uses nothing up. */
export interface JoinLook {
  readonly invitation: string
}
export interface JoinLooked {
  readonly username: string
  readonly purpose: 'join' | 'reset'
  /** Seconds. */
  readonly expiresIn: number
  readonly rules: PasswordRules
}

/** POST joinStart: OPAQUE's registration request (RFC 9807 section 5.1). Uses nothing up. */
export interface JoinStart {
  readonly invitation: string
  readonly registrationRequest: string
}
export interface RegistrationStarted {
  readonly registrationResponse: string
  readonly stretching: Stretching
  readonly identifiers: Identifiers
}
/** POST joinFinish: the record, which uses the invitation up. Answer 204; the page then signs in like any other. */
export interface JoinFinish {
  readonly invitation: string
  readonly registrationRecord: string
}

/** POST passwordStart: KE1 for the own account, to prove the current password. Answer: `LoginStarted`. */
export interface PasswordStart {
  readonly startLoginRequest: string
}
/** POST passwordProve: KE3, the sealed state and the new password's registration request. */
export interface PasswordProve {
  readonly finishLoginRequest: string
  readonly state: string
  readonly registrationRequest: string
}
export interface PasswordProved extends RegistrationStarted {
  /** Sealed; good once, for a minute, for this session. */
  readonly ticket: string
}
/** POST passwordSet: answer 204; every session of the account is over, and the page signs in again. */
export interface PasswordSet {
  readonly registrationRecord: string
  readonly ticket: string
}

/** POST confirmLook: what is the password asked for? Uses nothing up. */
export interface ConfirmLook {
  readonly ticket: string
}
export interface ConfirmLooked {
  readonly what: StepUp
  /** The function that is called, by the app's own name for it. */
  readonly endpoint?: string
  /** Absent: the shared password. */
  readonly username?: string
}

/** POST confirmStart: KE1 for the account that is signed in. Answer: `LoginStarted`. */
export interface ConfirmStart {
  readonly startLoginRequest: string
  readonly ticket: string
}
/** POST confirmFinish: KE3 and the sealed state. */
export interface ConfirmFinish {
  readonly finishLoginRequest: string
  readonly state: string
  readonly ticket: string
}
export interface Confirmed {
  /** For `call`: what the call is sent with, once and within a minute (contract/proof.ts, `confirmationField`). */
  readonly code?: string
}

/** POST enterVouch, signed: the ticket that this session was given. Answer: one that a login host takes. Uses nothing up. */
export interface Vouch {
  readonly ticket: string
}
export interface Vouched {
  readonly ticket: string
}

/** Gradio's own 401 body (gradio/routes.py 6.31, login_check), which its clients understand. */
export const gradioUnauthenticated = { detail: { error: 'Not authenticated', auth_message: null } } as const

/**
 * Unicode forms of one password are one password (NIST SP 800-63B-4 section 3.1.1.2); applied wherever it is typed.
 */
export function normalizePassword(typed: string): string {
  return typed.normalize('NFKC')
}

/** Under which name browsers keep the shared password; no user has it. */
export const guestName = 'guest'

/** Capitals and blanks around a user name make no other name; a page expects OPAQUE's identity in this form. */
export function normalizeUsername(typed: string): string {
  return typed.normalize('NFKC').trim().toLowerCase()
}

/** NIST SP 800-63B-4 section 3.1.1.2: a password that stands alone has at least 15 code points. */
export const leastPasswordLength = 15

export function passwordLength(password: string): number {
  return Array.from(password).length
}

/** The account page, for whoever's password is too old. */
export const accountForNewPassword = `${paths.account}?reason=expired`

/**
 * A path of this origin to go to after signing in, or `/`. Browsers read `//host`, `/\host` and control characters
 * as other origins or strip them, so only plain paths pass. Of the gate's own pages only the one that people go to by themselves.
 */
export function safeReturnPath(wanted: string | null | undefined): string {
  if (wanted === null || wanted === undefined || wanted.length > 2048) return '/'
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(wanted) || wanted.includes('\\')) return '/'
  const isAccount = wanted === paths.account || wanted === accountForNewPassword
  return wanted.startsWith(paths.base) && !isAccount ? '/' : wanted
}

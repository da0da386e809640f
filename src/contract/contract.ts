/** What the gate's own pages and the gate say to each other. Shared with web/; imports nothing. */

export const paths = {
  base: '/.sekisho/',
  login: '/.sekisho/login',
  loginStart: '/.sekisho/api/login/start',
  loginFinish: '/.sekisho/api/login/finish',
  logout: '/.sekisho/api/logout',
  session: '/.sekisho/api/session',
  /** An invitation's page; its secret stands in the fragment, which browsers keep to themselves. */
  join: '/.sekisho/join',
  joinLook: '/.sekisho/api/join/look',
  joinStart: '/.sekisho/api/join/start',
  joinFinish: '/.sekisho/api/join/finish',
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
}

/** POST loginFinish: OPAQUE's KE3 and the sealed state. Answer 204 with the session cookie. */
export interface LoginFinish {
  readonly finishLoginRequest: string
  readonly state: string
}

/** GET session: 200 while signed in, 401 otherwise. Times in seconds from now. */
export interface SessionState {
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

/**
 * A path of this origin to go to after signing in, or `/`. Browsers read `//host`, `/\host` and control characters
 * as other origins or strip them, so only plain paths pass.
 */
export function safeReturnPath(wanted: string | null | undefined): string {
  if (wanted === null || wanted === undefined || wanted.length > 2048) return '/'
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(wanted) || wanted.includes('\\')) return '/'
  return wanted.startsWith(paths.base) ? '/' : wanted
}

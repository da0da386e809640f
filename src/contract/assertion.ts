/** The signed assertion by which an app learns who asks: what the gate writes and `sekisho/verify` reads. Imports nothing. */

/** Where the gate shows the keys (RFC 7517). */
export const jwksPath = '/.sekisho/jwks.json'

/** Lower case, as HTTP/2 and Node spell it. */
export const assertionHeader = 'x-sekisho-assertion'

/**
 * RFC 8037. Fully specified, it would be called Ed25519 (RFC 9864); PyJWT 2.15 and everything older know it by this name only.
 */
export const assertionAlgorithm = 'EdDSA'

/** Explicit typing (RFC 8725 section 3.11): no other JWT of anybody's is taken for one of these. */
export const assertionType = 'sekisho+jwt'

/** RFC 7519; `roles` as in RFC 9068 section 2.2.3.1, `sid` and `auth_time` as in OpenID Connect. Times in seconds. */
export interface AssertionClaims {
  /** `sekisho-` and the gate's instance. */
  readonly iss: string
  readonly aud: string
  /**
   * `user:<id>`, for ever the same person's; `session:<id>` for whoever came with the shared password; `token:<id>` for a
   * program that is nobody's; `gate:<instance>` for the gate itself, which reads the app's configuration.
   */
  readonly sub: string
  /** The user's name. Somebody else may have it once the user is removed, so what is kept is kept by `sub`. */
  readonly preferred_username?: string
  readonly roles: readonly string[]
  /** Public name of the login session, as in the audit log. Programs have none. */
  readonly sid?: string
  /** When the password was given, and how (RFC 8176). Absent for programs. */
  readonly auth_time?: number
  readonly amr?: readonly string[]
  /** RFC 8693 section 4.1: the program that acts for the user. */
  readonly act?: { readonly sub: string }
  readonly iat: number
  readonly exp: number
  readonly jti: string
}

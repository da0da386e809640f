/** `sekisho/verify`: who asks, for services in TypeScript that get the gate's assertion from the app or beside it. */
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import { assertionAlgorithm, assertionType, type AssertionClaims } from '../contract/assertion.ts'

export { assertionHeader, type AssertionClaims } from '../contract/assertion.ts'

export interface VerifierOptions {
  /** `https://gate.example.org/.sekisho/jwks.json`; plain http only where nobody stands on the way. */
  readonly jwksUrl: string | URL
  /** `assertion.audience` of the gate's configuration; by default the address of the app as the gate knows it. */
  readonly audience: string
  /** `sekisho-` and the gate's instance. Without it, the keys alone say which gate it was. */
  readonly issuer?: string
}

/** Whoever the gate says it is. */
export interface Caller {
  /** Keep what belongs to somebody under this; a name may get a new owner. */
  readonly subject: string
  /** The user's name; absent for the shared password and for programs of nobody's. */
  readonly username?: string
  readonly roles: readonly string[]
  /** Set when a program acts for the user. */
  readonly program?: string
  readonly claims: AssertionClaims
}

/**
 * `missing`: none came, so nobody came through the gate; `expired`; `invalid`: not this gate's, or not for this app;
 * `keys-unreachable`: nothing can be said now. To a client all four are one answer.
 */
export type AssertionProblem = 'missing' | 'expired' | 'invalid' | 'keys-unreachable'

export class AssertionError extends Error {
  override readonly name = 'AssertionError'
  readonly problem: AssertionProblem

  constructor(problem: AssertionProblem, options?: { readonly cause?: unknown }) {
    super(`The assertion is not accepted: ${problem}.`, options)
    this.problem = problem
  }
}

/** Takes the header as Node, Fetch and the frameworks hand it over. */
export type AssertionVerifier = (assertion: string | readonly string[] | null | undefined) => Promise<Caller>

/** Clocks of two machines differ. */
const toleranceSeconds = 5

/** Make one and keep it: it holds the gate's keys, and fetches them again when they are an hour old or a new one is used. */
export function makeAssertionVerifier({ jwksUrl, audience, issuer }: VerifierOptions): AssertionVerifier {
  // Where nobody checks types, a variable of the environment may be missing, and jose would then compare nothing.
  if (typeof audience !== 'string' || audience === '')
    throw new TypeError('`audience` has to name the app: without it an assertion for any other would do.')
  const keys = createRemoteJWKSet(new URL(jwksUrl), { cacheMaxAge: 3_600_000, timeoutDuration: 5_000 })
  return async (assertion) => {
    // Two assertions name two callers; no rule of ours decides between them.
    if (typeof assertion !== 'string' || assertion === '') throw new AssertionError('missing')
    const { payload } = await jwtVerify<AssertionClaims>(assertion, keys, {
      audience,
      ...(issuer !== undefined && { issuer }),
      // RFC 8725 sections 3.1 and 3.11: the algorithm and the kind of token are ours to say, never the token's.
      algorithms: [assertionAlgorithm],
      typ: assertionType,
      requiredClaims: ['iss', 'sub', 'roles', 'iat', 'exp', 'jti'],
      clockTolerance: toleranceSeconds,
    }).catch((cause: unknown) => {
      throw new AssertionError(problemOf(cause), { cause })
    })
    return callerOf(payload)
  }
}

function callerOf(claims: AssertionClaims): Caller {
  const { sub, preferred_username: username, roles, act } = claims
  const stringly =
    typeof sub === 'string' && Array.isArray(roles) && roles.every((role) => typeof role === 'string')
  if (!stringly) throw new AssertionError('invalid')
  return {
    subject: sub,
    ...(username !== undefined && { username }),
    roles,
    ...(act !== undefined && { program: act.sub }),
    claims,
  }
}

function problemOf(cause: unknown): AssertionProblem {
  if (cause instanceof errors.JWTExpired) return 'expired'
  // Below the network's own errors, jose says these when the gate answered with something else than keys.
  const unread = cause instanceof errors.JWKSTimeout || cause instanceof errors.JWKSInvalid
  const other = cause instanceof errors.JOSEError && cause.code !== 'ERR_JOSE_GENERIC'
  return other && !unread ? 'invalid' : 'keys-unreachable'
}

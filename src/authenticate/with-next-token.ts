/** A session's next token goes out with the answer to one of its own requests, signed by its key if it has one, whatever that was for. */
import { isUnproven, type Answer, type Outcome, type Reached } from '../request.ts'
import type { Site } from '../sessions/cookie.ts'
import type { SessionRow } from '../store/rows.ts'

export interface NextTokenParts {
  readonly sessions: {
    /** A Set-Cookie value, when it is time for another token. Asked when the answer begins: by then another one may have brought it. */
    readonly renew: (
      session: SessionRow,
      cookie: string | undefined,
      site: Site,
    ) => Promise<string | undefined>
  }
  readonly onFault: (fault: unknown) => void
}

export async function withNextToken(
  reached: Reached,
  outcome: Outcome,
  parts: NextTokenParts,
): Promise<Outcome> {
  if (outcome.kind !== 'answer' || !('principal' in reached)) return outcome
  const { principal, headers, site } = reached
  if (principal.kind !== 'guest' && principal.kind !== 'user') return outcome
  // Else whoever polls with a copy of the cookie would be brought every next one too.
  if (isUnproven(reached) || !mayCarry(outcome)) return outcome
  try {
    const cookie = await parts.sessions.renew(principal.session, headers['cookie'], site)
    return cookie === undefined
      ? outcome
      : { ...outcome, headers: { ...outcome.headers, 'set-cookie': [cookie] } }
  } catch (fault) {
    // The token that it has stays good; a later answer brings the next one.
    parts.onFault(fault)
    return outcome
  }
}

/** What nobody keeps (RFC 9111 section 7.3: caches treat cookies as anything else), and what sets no cookie of its own. */
function mayCarry({ headers }: Answer): boolean {
  return headers['set-cookie'] === undefined && /\bno-store\b/.test(String(headers['cache-control']))
}

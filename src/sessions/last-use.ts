/** From where each session was used last: a replaced token that comes from there is the browser's own, and came late. */
import { hash } from 'node:crypto'
import { addressKey } from '../kit/address-key.ts'
import type { SessionId, SessionRow } from '../store/rows.ts'
import { ipVersionOf, SessionMemory, type IpVersion } from './session-memory.ts'

type From = Pick<SessionRow, 'address' | 'userAgent'>

/** Browsers say less of themselves; only what is longer is worth a hash on every request. */
const longestAgent = 512

/** A browser may use both versions of IP by turns: the one that wasn't used last counts for so long. */
const besideMs = 5 * 60_000

interface Use {
  readonly from: From
  readonly at: number
}

export class LastUse {
  readonly #memory = new SessionMemory(() => new Map<IpVersion, Use>())

  note(session: SessionId, from: From, at: number): void {
    this.#memory.use(session).set(ipVersionOf(from.address), { from: shorten(from), at })
  }

  /** The login is a use too, and all that is known of a session that this process has not seen, as after a restart. */
  isFrom(session: SessionRow, from: From, now: number): boolean {
    const version = ipVersionOf(from.address)
    const login: Use = { from: shorten(session), at: session.createdAt }
    const uses = new Map([[ipVersionOf(session.address), login]])
    for (const [each, use] of this.#memory.find(session.id) ?? []) uses.set(each, use)
    const use = uses.get(version)
    if (use === undefined || !isSame(use.from, shorten(from))) return false
    const other = uses.get(version === 4 ? 6 : 4)
    return other === undefined || use.at >= other.at || now - use.at <= besideMs
  }

  /** Whether it is time to tell of this session. */
  isNews(session: SessionId, now: number): boolean {
    return this.#memory.isNews(session, now)
  }

  forget(session: SessionId): void {
    this.#memory.forget(session)
  }
}

/** Never long, however long the field is that the browser sends; no field has a line break in it. */
function shorten({ address, userAgent }: From): From {
  return userAgent.length <= longestAgent
    ? { address, userAgent }
    : { address, userAgent: `\n${hash('sha256', userAgent, 'base64url')}` }
}

/** With IPv6 a machine changes its address inside its network by itself (RFC 8981), and may have sent the late request by another one. */
function isSame(one: From, other: From): boolean {
  return one.userAgent === other.userAgent && addressKey(one.address) === addressKey(other.address)
}

/** From where each session was used last: a replaced token that comes from there is the browser's own, and came late. */
import { hash } from 'node:crypto'
import type { SessionId, SessionRow } from '../store/rows.ts'

/** Beyond so many sessions, the one that was idle for longest is forgotten. */
const mostSessions = 10_000
/** The same session is told of so often at most. */
const tellMs = 60 * 60_000

type From = Pick<SessionRow, 'address' | 'userAgent'>

interface Seen {
  /** By IP version, since a browser may use both at once. */
  readonly marks: Map<4 | 6, string>
  toldAt: number
}

export class LastUse {
  readonly #seen = new Map<SessionId, Seen>()

  note(session: SessionId, from: From): void {
    this.#touch(session).marks.set(versionOf(from), markOf(from))
  }

  /** Of a session that this process has not seen, as after a restart: from where somebody signed in. */
  isFrom(session: SessionRow, from: From): boolean {
    const mark = this.#seen.get(session.id)?.marks.get(versionOf(from))
    return markOf(from) === (mark ?? markOf(session))
  }

  /** Whether it is time to tell of this session. */
  isNews(session: SessionId, now: number): boolean {
    const seen = this.#touch(session)
    if (now - seen.toldAt < tellMs) return false
    seen.toldAt = now
    return true
  }

  forget(session: SessionId): void {
    this.#seen.delete(session)
  }

  #touch(session: SessionId): Seen {
    const seen = this.#seen.get(session) ?? { marks: new Map(), toldAt: -Infinity }
    // Behind all others, so that the first is the one that was idle for longest.
    this.#seen.delete(session)
    this.#seen.set(session, seen)
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > mostSessions && oldest !== undefined) this.#seen.delete(oldest)
    return seen
  }
}

function versionOf({ address }: From): 4 | 6 {
  return address.includes(':') ? 6 : 4
}

/** Of one length, however long the field is that the browser sends. */
function markOf({ address, userAgent }: From): string {
  return hash('sha256', `${address}\n${userAgent}`, 'base64url')
}

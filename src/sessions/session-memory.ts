/** What this process remembers of sessions in use: bounded, lost with a restart, and nothing that decides who is signed in. */
import type { SessionId } from '../store/rows.ts'

/** Beyond so many sessions, the one that was idle for longest is forgotten. */
const mostSessions = 10_000
/** The same session is told of so often at most. */
const tellMs = 60 * 60_000

interface Remembered<Seen> {
  readonly seen: Seen
  toldAt: number
}

export class SessionMemory<Seen> {
  readonly #make: () => Seen
  /** The session that was idle for longest comes first. */
  readonly #sessions = new Map<SessionId, Remembered<Seen>>()

  constructor(make: () => Seen) {
    this.#make = make
  }

  /** Of a session that is used now. */
  use(session: SessionId): Seen {
    return this.#touch(session).seen
  }

  find(session: SessionId): Seen | undefined {
    return this.#sessions.get(session)?.seen
  }

  /** Whether it is time to tell of this session; if so, it is told of now. */
  isNews(session: SessionId, now: number): boolean {
    const remembered = this.#touch(session)
    if (now - remembered.toldAt < tellMs) return false
    remembered.toldAt = now
    return true
  }

  forget(session: SessionId): void {
    this.#sessions.delete(session)
  }

  #touch(session: SessionId): Remembered<Seen> {
    const remembered = this.#sessions.get(session) ?? { seen: this.#make(), toldAt: -Infinity }
    this.#sessions.delete(session)
    this.#sessions.set(session, remembered)
    // Looked for only where somebody has to go: what was deleted before the first one left is passed by each time.
    if (this.#sessions.size > mostSessions)
      for (const oldest of this.#sessions.keys()) {
        this.#sessions.delete(oldest)
        break
      }
    return remembered
  }
}

/** A browser may use both versions at once, from one machine. */
export type IpVersion = 4 | 6

export function ipVersionOf(address: string): IpVersion {
  return address.includes(':') ? 6 : 4
}

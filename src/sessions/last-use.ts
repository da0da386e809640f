/** From where each session was used last: a replaced token that comes from there is the browser's own, and came late. */
import { hash } from 'node:crypto'
import type { SessionId, SessionRow } from '../store/rows.ts'
import { ipVersionOf, SessionMemory, type IpVersion } from './session-memory.ts'

type From = Pick<SessionRow, 'address' | 'userAgent'>

/** Browsers say less of themselves; only what is longer is worth a hash on every request. */
const longestMark = 512

export class LastUse {
  readonly #memory = new SessionMemory(() => new Map<IpVersion, string>())

  note(session: SessionId, from: From): void {
    this.#memory.use(session).set(ipVersionOf(from.address), markOf(from))
  }

  /** Of a session that this process has not seen, as after a restart: from where somebody signed in. */
  isFrom(session: SessionRow, from: From): boolean {
    const mark = this.#memory.find(session.id)?.get(ipVersionOf(from.address))
    return markOf(from) === (mark ?? markOf(session))
  }

  /** Whether it is time to tell of this session. */
  isNews(session: SessionId, now: number): boolean {
    return this.#memory.isNews(session, now)
  }

  forget(session: SessionId): void {
    this.#memory.forget(session)
  }
}

/** Never long, however long the field is that the browser sends: a hash has no line break in it. */
function markOf({ address, userAgent }: From): string {
  const mark = `${address}\n${userAgent}`
  return mark.length <= longestMark ? mark : hash('sha256', mark, 'base64url')
}

/** Sessions: issue, find, keep alive, end, and cut what is open in their name. */
import type { Audit } from '../audit/audit.ts'
import type { Asker, AuditEvent } from '../audit/event.ts'
import type { Clock } from '../kit/clock.ts'
import { LastSeen } from '../kit/last-seen.ts'
import { randomName } from '../kit/random.ts'
import { sweepMs, WatchReview, type Reviewed } from '../kit/watch-review.ts'
import { Watchers } from '../kit/watchers.ts'
import { whenOther } from '../kit/when-other.ts'
import { noEndowment } from '../store/rows.ts'
import type {
  AccountId,
  Endowment,
  FoundSession,
  SessionEnd,
  SessionId,
  SessionRow,
  TokenHash,
} from '../store/rows.ts'
import type { SessionStore } from '../store/store.ts'
import type { FinishedCeremony } from './finished-ceremony.ts'
import { LastUse } from './last-use.ts'
import { absoluteEnd, graceMs, idleEnd, lapsed, renewalDue, renewMs } from './lifetime.ts'
import type { Lifetime } from './lifetime.ts'
import { Networks } from './networks.ts'
import { deriveToken, hashToken, makeNext, makeToken, parseToken } from './token.ts'
import type { SessionToken } from './token.ts'

interface ActiveSession {
  readonly state: 'active'
  readonly session: FoundSession
  readonly idleEndsAt: number
  readonly endsAt: number
}

export type SessionFound =
  | ActiveSession
  /** Past a limit, whether or not somebody has written that down yet. */
  | { readonly state: 'expired'; readonly why: 'idle' | 'absolute'; readonly session: SessionRow }
  | { readonly state: 'ended'; readonly why: SessionEnd; readonly session: SessionRow }
  | { readonly state: 'unknown' }

/** `unknown`: the store has been silent for too long to go on trusting the session. */
export type WatchedEnd = SessionEnd | 'unknown'

export interface SessionFacts {
  readonly address: string
  readonly userAgent: string
}

export interface SessionParts {
  readonly store: { readonly sessions: SessionStore; changes(): Promise<number> }
  readonly audit: Pick<Audit, 'write'>
  readonly clock: Clock
  readonly lifetime: Lifetime
  /** What becomes of a session that is used from two networks by turns. */
  readonly twoNetworks: 'record' | 'end'
}

export interface Sessions {
  /** A new session with a new token (never one that the browser brought). */
  issue(
    finished: FinishedCeremony,
    facts: SessionFacts,
  ): Promise<{ token: SessionToken; session: SessionRow }>
  /**
   * One look into the store and two SHA-256; on every request's path. The first use of a next token makes it the present one; a
   * replaced one, a while later, ends the session: two hold what was one person's. From where `markUsed` last saw the session it
   * is unknown and no more. `from`: who shows it.
   */
  find(token: string, now: number, from?: SessionFacts): Promise<SessionFound>
  /** What the browser that came with `token` is to use from now on, when it is time for another one. */
  renew(session: SessionRow, token: string, now: number): Promise<SessionToken | undefined>
  /** What has become of it by now: for a request that took its time to arrive, whose token may have been replaced since. */
  findAgain(session: SessionRow, now: number): Promise<SessionFound>
  /** Whether it is still good by now. */
  isOpen(session: SessionRow, now: number): Promise<boolean>
  /**
   * The person gave the password again: `authAt` is now. False when the session is over. The token is replaced too (OWASP Session
   * Management, renewal after a privilege level change), but not at once: an answer that brings the present one may be on its way.
   */
  confirm(session: SessionRow, at: number): Promise<boolean>
  /** It was used from there; where it has a key, by whoever holds that. */
  markUsed(id: SessionId, from: SessionFacts, at: number): void
  /** A person did something. Not for heartbeats and polls. */
  markActive(id: SessionId, at: number): void
  /** Ends it, records that, and cuts its streams. False when it was over already. `from`: who brought it about. */
  end(session: SessionRow, why: SessionEnd, from?: SessionFacts): Promise<boolean>
  /** Every session that is still good. */
  listOpen(now: number): Promise<readonly SessionRow[]>
  /**
   * Calls `onEnd` once when the session ends for whatever reason, and `onEndowed` when its user has other roles or
   * attributes than `session` says or said last; the answer takes the watch back.
   */
  watch(
    session: FoundSession,
    onEnd: (why: WatchedEnd) => void,
    onEndowed?: (now: Endowment) => void,
  ): () => void
  /** Called twice a second: sees what other processes ended, and limits that have passed. */
  review(): Promise<void>
  /** After this process itself ended sessions in the store, as a new password does: cuts their streams. */
  recheck(account: AccountId): Promise<void>
  /** Writes what waits. Streams are the caller's to close. */
  close(): Promise<void>
}

interface Circumstances {
  /** Who brought it about. */
  readonly from: SessionFacts | undefined
  /** What showed it, told beside the end. */
  readonly cause?: AuditEvent
}

/** Rows of ended sessions stay this long, so that a late request can be told why. */
const keepMs = 24 * 60 * 60 * 1000

export function openSessions(parts: SessionParts): Sessions {
  return new LiveSessions(parts)
}

class LiveSessions implements Sessions {
  readonly #store: SessionParts['store']
  readonly #audit: SessionParts['audit']
  readonly #clock: Clock
  readonly #lifetime: Lifetime
  readonly #twoNetworks: 'record' | 'end'
  readonly #networks = new Networks()
  readonly #lastUse = new LastUse()
  readonly #activity: LastSeen<SessionId>
  readonly #watchers = new Watchers<FoundSession, WatchedEnd>()
  readonly #review: WatchReview<FoundSession, WatchedEnd>

  constructor(parts: SessionParts) {
    this.#store = parts.store
    this.#audit = parts.audit
    this.#clock = parts.clock
    this.#lifetime = parts.lifetime
    this.#twoNetworks = parts.twoNetworks
    this.#activity = new LastSeen(parts.store.sessions)
    const reviewed: Reviewed<FoundSession, WatchedEnd> = {
      watchers: this.#watchers,
      changes: () => parts.store.changes(),
      isPast: (row, now) => this.#lapsed(row, now) !== undefined,
      recheck: (rows, now) => this.#recheck(rows, now),
      sweep: (now) => this.#sweep(now),
      silent: 'unknown',
    }
    this.#review = new WatchReview(reviewed, parts.clock.now())
  }

  async issue(finished: FinishedCeremony, facts: SessionFacts) {
    const token = makeToken()
    const now = this.#clock.now()
    const session: SessionRow = {
      id: randomName(12) as SessionId,
      tokenHash: hashToken(token),
      account: finished.account,
      ...(finished.username === undefined ? {} : { username: finished.username }),
      passwordAt: finished.passwordAt,
      renewAt: now + renewMs,
      createdAt: now,
      authAt: now,
      ...(finished.proofKey === undefined ? {} : { proofKey: finished.proofKey }),
      lastActiveAt: now,
      endsAt: now + this.#lifetime.absoluteMs,
      address: facts.address,
      userAgent: facts.userAgent,
    }
    await this.#store.sessions.insert(session)
    return { token, session }
  }

  async find(text: string, now: number, from?: SessionFacts): Promise<SessionFound> {
    const token = parseToken(text)
    if (token === undefined) return { state: 'unknown' }
    const hash = hashToken(token)
    // Without a call between: on every request's path, each is a promise more.
    const present = await this.#store.sessions.find(hash)
    const found = present === undefined ? await this.#findByOther(hash, now, from) : this.#judge(present, now)
    if (found.state !== 'active' || from === undefined) return found
    return this.#noteNetwork(found, now, from)
  }

  async #noteNetwork(found: ActiveSession, now: number, from: SessionFacts): Promise<SessionFound> {
    const { session } = found
    const network = this.#networks.note(session.id, from.address, now)
    if (network === undefined) return found
    const asker = { ...askerOf(session), ...from }
    const turns = { kind: 'session.two-networks', asker, network } as const
    if (this.#twoNetworks === 'record') {
      await this.#audit.write(turns)
      return found
    }
    await this.#end(session, 'two-networks', { from, cause: turns })
    return { state: 'ended', why: 'two-networks', session }
  }

  async #findPresent(hash: TokenHash, now: number): Promise<SessionFound | undefined> {
    const session = await this.#store.sessions.find(hash)
    return session && this.#judge(session, now)
  }

  async #findByOther(hash: TokenHash, now: number, from?: SessionFacts): Promise<SessionFound> {
    const found = await this.#store.sessions.findByOther(hash)
    // Between the two looks another request may have made it the present one.
    if (found === undefined) return (await this.#findPresent(hash, now)) ?? { state: 'unknown' }
    const { session } = found
    const judged = this.#judge(session, now)
    if (judged.state !== 'active') return judged
    switch (found.kind) {
      case 'next':
        await this.#store.sessions.advance(session.id, hash, {
          formerGoodUntil: now + graceMs,
          renewAt: now + renewMs,
        })
        return (await this.#findPresent(hash, now)) ?? { state: 'unknown' }
      case 'replaced':
        if (now < found.goodUntil) return judged
        return from !== undefined && this.#lastUse.isFrom(session, from, now)
          ? this.#passOver(session, now, from)
          : this.#endReused(session, from)
    }
  }

  /** Over HTTP/1.1 a browser reads its cookies before a request waits for one of its few connections, for however long. */
  async #passOver(session: FoundSession, now: number, from: SessionFacts): Promise<SessionFound> {
    if (this.#lastUse.isNews(session.id, now))
      await this.#audit.write({ kind: 'session.token-late', asker: { ...askerOf(session), ...from } })
    return { state: 'unknown' }
  }

  async #endReused(session: FoundSession, from?: SessionFacts): Promise<SessionFound> {
    const cause = { kind: 'session.token-reused', asker: { ...askerOf(session), ...from } } as const
    await this.#end(session, 'token-reused', { from, cause })
    return { state: 'ended', why: 'token-reused', session }
  }

  async renew(session: SessionRow, text: string, now: number): Promise<SessionToken | undefined> {
    const token = parseToken(text)
    // A replaced token, good for a while, has its successor in the browser already.
    if (!renewalDue(session, now) || token === undefined || hashToken(token) !== session.tokenHash)
      return undefined
    const next = await this.#store.sessions.offer(
      session.id,
      session.tokenHash,
      session.nextToken ?? makeNext(token),
    )
    return next && deriveToken(token, next.salt)
  }

  async findAgain({ id }: SessionRow, now: number): Promise<SessionFound> {
    const session = await this.#store.sessions.findById(id)
    return session === undefined ? { state: 'unknown' } : this.#judge(session, now)
  }

  async isOpen(session: SessionRow, now: number): Promise<boolean> {
    return (await this.findAgain(session, now)).state === 'active'
  }

  async confirm(session: SessionRow, at: number): Promise<boolean> {
    return (await this.isOpen(session, at)) && this.#store.sessions.confirm(session.id, at, at + graceMs)
  }

  markUsed(id: SessionId, from: SessionFacts, at: number): void {
    this.#lastUse.note(id, from, at)
  }

  markActive(id: SessionId, at: number): void {
    this.#activity.mark(id, at)
  }

  end(session: SessionRow, why: SessionEnd, from?: SessionFacts): Promise<boolean> {
    return this.#end(session, why, { from })
  }

  /** The deed before the word: what can't be recorded ends all the same. */
  async #end(session: SessionRow, why: SessionEnd, { from, cause }: Circumstances): Promise<boolean> {
    const ended = await this.#store.sessions.end(session.id, this.#clock.now(), why)
    this.#activity.forget(session.id)
    this.#networks.forget(session.id)
    this.#lastUse.forget(session.id)
    this.#watchers.tell(session.id, why)
    // Only who really ended it writes the record, so that each end stands in the log once.
    if (ended) {
      const asker = { ...askerOf(session), ...from }
      const told: AuditEvent = {
        kind: 'session.ended',
        asker: why === 'operator' ? { ...asker, principal: 'operator' } : asker,
        why,
      }
      const events = cause === undefined ? [told] : [cause, told]
      await Promise.all(events.map((event) => this.#audit.write(event)))
    }
    return ended
  }

  async listOpen(now: number): Promise<readonly SessionRow[]> {
    const rows = await this.#store.sessions.listOpen()
    return rows.map((row) => this.#refresh(row)).filter((row) => this.#lapsed(row, now) === undefined)
  }

  watch(
    session: FoundSession,
    onEnd: (why: WatchedEnd) => void,
    onEndowed?: (now: Endowment) => void,
  ): () => void {
    const tell = onEndowed && whenOther(session.endowment ?? noEndowment, onEndowed)
    return this.#watchers.add(session, onEnd, tell && (({ endowment }) => tell(endowment ?? noEndowment)))
  }

  review(): Promise<void> {
    return this.#review.run(this.#clock.now())
  }

  async recheck(account: AccountId): Promise<void> {
    const watched = this.#watchers.list().filter((row) => row.account === account)
    await this.#recheck(watched, this.#clock.now())
  }

  async close(): Promise<void> {
    await this.#activity.flush()
  }

  async #sweep(now: number): Promise<void> {
    await this.#activity.flush()
    // One interval late: another process may hold marks of activity that it hasn't written yet.
    for (const row of await this.#store.sessions.listOpen()) await this.#endIfLapsed(row, now - sweepMs)
    await this.#store.sessions.prune(now - keepMs)
  }

  async #recheck(watched: readonly SessionRow[], now: number): Promise<void> {
    for (const { id } of watched) {
      const row = await this.#store.sessions.findById(id)
      if (row === undefined) this.#watchers.tell(id, 'unknown')
      else if (row.endedAt !== undefined) this.#watchers.tell(id, row.ended ?? 'unknown')
      else {
        this.#watchers.update(row)
        await this.#endIfLapsed(row, now)
      }
    }
  }

  async #endIfLapsed(row: SessionRow, now: number): Promise<void> {
    const why = this.#lapsed(row, now)
    if (why !== undefined) await this.end(row, why)
  }

  #lapsed(row: SessionRow, now: number): 'idle' | 'absolute' | undefined {
    return lapsed(this.#refresh(row), this.#lifetime, now)
  }

  #judge(stored: FoundSession, now: number): SessionFound {
    if (stored.endedAt !== undefined) {
      return { state: 'ended', why: stored.ended ?? 'operator', session: stored }
    }
    const session = this.#refresh(stored)
    const why = lapsed(session, this.#lifetime, now)
    if (why !== undefined) return { state: 'expired', why, session }
    return {
      state: 'active',
      session,
      idleEndsAt: idleEnd(session, this.#lifetime),
      endsAt: absoluteEnd(session, this.#lifetime),
    }
  }

  #refresh<Row extends SessionRow>(row: Row): Row {
    const lastActiveAt = this.#activity.latest(row.id, row.lastActiveAt)
    return lastActiveAt === row.lastActiveAt ? row : { ...row, lastActiveAt }
  }
}

/** Who stands behind a session, for the audit log. */
export function askerOf({ id, username, address, userAgent }: SessionRow): Asker {
  const where = { session: id, address, userAgent }
  return username === undefined ? { principal: 'guest', ...where } : { principal: 'user', username, ...where }
}

/** Calls that are under way: who has how many of which endpoint, and until when at most. */
import { Recent } from '../kit/recent.ts'
import type { Owner } from '../ownership/owner.ts'

interface Held {
  readonly owner: Owner
  readonly endpoint: string
  readonly since: number
  /** Upstream form of the session whose stream carries the event. */
  readonly session?: string
  event?: string
  /** Somebody listens for its end. */
  heard?: true
  /** The app has begun with it: no other sample can come into its batch. */
  begun?: true
}

/** An event whose end nobody saw (its client left for good) keeps its place no longer than this. */
const longestMs = 60 * 60 * 1000
/** A page that was reloaded before it listened has left, too; its owner doesn't wait for so long. */
const unheardMs = 60 * 1000
/** Events that ended lately: the stream may tell of the end before the answer to the call has told the event's id. */
const mostEnded = 10_000

export interface Slot {
  /** The app has queued the call under this id: the place is kept until that event ends. */
  queued(event: string): void
  /** The answer to the call is over: the place is free, unless the app has queued the call. */
  answered(): void
  /** Once is enough; again does nothing. */
  release(): void
}

export interface Waiting {
  readonly count: number
  /** The app's queue was found empty since: what it had queued by then has begun. */
  begin(): void
}

export class Slots {
  /** By endpoint, then by owner; of one owner the oldest first. */
  readonly #held = new Map<string, Map<Owner, Set<Held>>>()
  readonly #events = new Map<string, Held>()
  readonly #sessions = new Map<string, Set<Held>>()
  /** How many streams are open. */
  readonly #listening = new Map<string, number>()
  readonly #ended = new Recent<true>(mostEnded)

  take(owner: Owner, endpoint: string, now: number, session?: string): Slot {
    const held: Held = { owner, endpoint, since: now, ...(session !== undefined && { session }) }
    const owners = this.#held.get(endpoint) ?? new Map<Owner, Set<Held>>()
    this.#held.set(endpoint, owners)
    addTo(owners, owner, held)
    if (session !== undefined) addTo(this.#sessions, session, held)
    return {
      queued: (event) => {
        if (owners.get(owner)?.has(held) !== true) return
        if (this.#ended.get(event) === true) {
          this.#drop(held)
          return
        }
        held.event = event
        if (session !== undefined && this.#listening.has(session)) held.heard = true
        this.#events.set(event, held)
      },
      answered: () => {
        if (held.event === undefined) this.#drop(held)
      },
      release: () => this.#drop(held),
    }
  }

  /** Nobody has anything under way that counts. */
  get isIdle(): boolean {
    return this.#held.size === 0
  }

  /** How many calls of the endpoint this owner has under way. */
  countOf(owner: Owner, endpoint: string, now: number): number {
    this.#dropOver(owner, endpoint, now)
    let count = 0
    for (const held of this.#held.get(endpoint)?.get(owner) ?? []) {
      if (held.event === undefined || held.heard === true || held.since + unheardMs > now) count++
    }
    return count
  }

  /** Calls of anybody else that a sample could still meet in one batch. */
  waitingBeside(owner: Owner, endpoint: string, now: number): Waiting {
    const waiting: Held[] = []
    for (const [other, all] of [...(this.#held.get(endpoint) ?? [])]) {
      if (other === owner) continue
      this.#dropOver(other, endpoint, now)
      for (const held of all) if (held.begun !== true) waiting.push(held)
    }
    const queued = waiting.filter(({ event }) => event !== undefined)
    return {
      count: waiting.length,
      begin: () => {
        for (const held of queued) held.begun = true
      },
    }
  }

  eventEnded(event: string): void {
    this.#ended.set(event, true)
    const held = this.#events.get(event)
    if (held !== undefined) this.#drop(held)
  }

  eventHeard(event: string): void {
    const held = this.#events.get(event)
    if (held !== undefined) held.heard = true
  }

  sessionHeard(session: string): void {
    this.#listening.set(session, (this.#listening.get(session) ?? 0) + 1)
    for (const held of this.#sessions.get(session) ?? []) held.heard = true
  }

  /**
   * Gradio drops what a session has queued when its stream closes (gradio/queueing.py 6.31, clean_events); not what it has
   * yet to queue, nor what it runs outside the queue.
   */
  sessionEnded(session: string): void {
    const left = (this.#listening.get(session) ?? 0) - 1
    if (left > 0) this.#listening.set(session, left)
    else this.#listening.delete(session)
    for (const held of this.#sessions.get(session) ?? []) if (held.event !== undefined) this.#drop(held)
  }

  #dropOver(owner: Owner, endpoint: string, now: number): void {
    for (const held of this.#held.get(endpoint)?.get(owner) ?? []) {
      if (held.since + longestMs > now) return
      this.#drop(held)
    }
  }

  #drop(held: Held): void {
    const owners = this.#held.get(held.endpoint)
    if (owners !== undefined) dropFrom(owners, held.owner, held)
    if (owners?.size === 0) this.#held.delete(held.endpoint)
    if (held.event !== undefined) this.#events.delete(held.event)
    if (held.session !== undefined) dropFrom(this.#sessions, held.session, held)
  }
}

function addTo<Key>(map: Map<Key, Set<Held>>, key: Key, held: Held): void {
  const found = map.get(key)
  if (found === undefined) map.set(key, new Set([held]))
  else found.add(held)
}

function dropFrom<Key>(map: Map<Key, Set<Held>>, key: Key, held: Held): void {
  const found = map.get(key)
  found?.delete(held)
  if (found?.size === 0) map.delete(key)
}

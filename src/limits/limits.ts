/** Whether a call may start now: its size, its pace, and how many are under way. */
import type { AnswerMessage, Tap } from '../answers/tap.ts'
import type { EndpointLimit } from '../config/config.ts'
import type { Owner } from '../ownership/owner.ts'
import type { PaceStore } from '../store/store.ts'
import { EndpointLimits } from './endpoint-limits.ts'
import { Slots, type Slot } from './slots.ts'

export interface LimitedCall {
  readonly owner: Owner
  readonly endpoint: {
    readonly name: string
    /** Several callers' samples run as one call, under the first caller's name (gradio/blocks.py 6.31). */
    readonly batch: boolean
  }
  /** Asked only where there is a limit: to count is to write the body. */
  readonly bodyBytes: () => number
  /** Upstream form. */
  readonly session?: string
}

export type Taken =
  /** Without a slot: nobody counts these calls. */
  | { readonly kind: 'taken'; readonly slot?: Slot }
  | {
      readonly kind: 'paced'
      readonly why: 'rate' | 'concurrent' | 'batch'
      /** Seconds. */
      readonly retryAfter: number
    }
  | { readonly kind: 'large'; readonly max: number }

interface LimitParts {
  readonly store: { readonly paces: PaceStore }
  readonly clock: { now(): number }
}

/** Nobody knows when a call that is under way ends. */
const soon = 2

export class Limits {
  readonly #parts: LimitParts
  readonly #slots = new Slots()
  readonly #limits: EndpointLimits
  readonly #mixedBatch: boolean

  constructor(parts: LimitParts, limits: readonly EndpointLimit[], mixedBatch = false) {
    this.#parts = parts
    this.#limits = new EndpointLimits(limits)
    this.#mixedBatch = mixedBatch
  }

  async take({ owner, endpoint: { name, batch }, bodyBytes, session }: LimitedCall): Promise<Taken> {
    const limit = this.#limits.of(name)
    const max = limit?.bodyBytes
    if (max !== undefined && bodyBytes() > max) return { kind: 'large', max }
    const now = this.#parts.clock.now()
    const alone = batch && !this.#mixedBatch
    if (alone && this.#slots.hasOthers(owner, name, now))
      return { kind: 'paced', why: 'batch', retryAfter: soon }
    const concurrent = limit?.concurrent
    if (concurrent !== undefined && this.#slots.countOf(owner, name, now) >= concurrent)
      return { kind: 'paced', why: 'concurrent', retryAfter: soon }
    const counts = alone || concurrent !== undefined
    // Taken before the wait for the store, or two calls could both see the last free place.
    const slot = counts ? this.#slots.take(owner, name, now, session) : undefined
    const taken: Taken = { kind: 'taken', ...(slot && { slot }) }
    if (limit?.rate === undefined) return taken
    const rule = { key: `endpoint:${name}:${owner}`, ...limit.rate }
    try {
      const answer = await this.#parts.store.paces.take([rule], now)
      if (answer.allowed) return taken
      slot?.release()
      return { kind: 'paced', why: 'rate', retryAfter: Math.max(1, Math.ceil((answer.retryAt - now) / 1000)) }
    } catch (fault) {
      slot?.release()
      throw fault
    }
  }

  /** Sees events end in the streams that pass. */
  tap(): Tap {
    return {
      marks: ['process_completed'],
      take: ({ json }: AnswerMessage) => {
        const message = json()
        if (typeof message !== 'object' || message === null || !('event_id' in message)) return undefined
        if (message['msg'] === 'process_completed' && typeof message['event_id'] === 'string')
          this.eventEnded(message['event_id'])
        return undefined
      },
    }
  }

  eventEnded(event: string): void {
    this.#slots.eventEnded(event)
  }

  sessionEnded(session: string): void {
    this.#slots.sessionEnded(session)
  }
}

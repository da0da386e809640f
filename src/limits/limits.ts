/** Whether a call may start now: its size, its pace, and how many are under way. */
import { readEventHead } from '../answers/event-head.ts'
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

export type Hindrance = Exclude<Taken, { kind: 'taken' }>

interface LimitParts {
  readonly store: { readonly paces: PaceStore }
  readonly clock: { now(): number }
  /** Whether nothing waits in the app's queue; what the app has begun with doesn't wait. */
  readonly isQueueEmpty: () => Promise<boolean>
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

  async take(call: LimitedCall): Promise<Taken> {
    const { owner, session } = call
    const { name } = call.endpoint
    const limit = this.#limits.of(name)
    const now = this.#parts.clock.now()
    const alone = this.#isAlone(call)
    if (alone) await this.#lookWhatBegan(owner, name, now)
    // From here to the taking nothing is waited for, or two callers could both find themselves alone.
    const hindrance = this.#hindranceOf(call, now)
    if (hindrance !== undefined) return hindrance
    const counts = alone || limit?.concurrent !== undefined
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

  /** What would be in the way of this call now, but for its pace: that only taking tells. */
  async look(call: LimitedCall): Promise<Hindrance | undefined> {
    const now = this.#parts.clock.now()
    if (this.#isAlone(call)) await this.#lookWhatBegan(call.owner, call.endpoint.name, now)
    return this.#hindranceOf(call, now)
  }

  #isAlone({ endpoint }: LimitedCall): boolean {
    return endpoint.batch && !this.#mixedBatch
  }

  #hindranceOf(call: LimitedCall, now: number): Hindrance | undefined {
    const { owner, bodyBytes } = call
    const { name } = call.endpoint
    const { bodyBytes: max, concurrent } = this.#limits.of(name) ?? {}
    if (max !== undefined && bodyBytes() > max) return { kind: 'large', max }
    if (this.#isAlone(call) && this.#slots.waitingBeside(owner, name, now).count > 0)
      return { kind: 'paced', why: 'batch', retryAfter: soon }
    if (concurrent !== undefined && this.#slots.countOf(owner, name, now) >= concurrent)
      return { kind: 'paced', why: 'concurrent', retryAfter: soon }
    return undefined
  }

  /** Whether it matters how many calls of this endpoint are under way at the same time. */
  counts(endpoint: string): boolean {
    return this.#limits.of(endpoint)?.concurrent !== undefined
  }

  /** Who never listens never tells that the app has begun: it is asked where others wait for a batch. */
  async #lookWhatBegan(owner: Owner, name: string, now: number): Promise<void> {
    const waiting = this.#slots.waitingBeside(owner, name, now)
    if (waiting.count > 0 && (await this.#parts.isQueueEmpty())) waiting.begin()
  }

  /** Sees events end in the streams that pass. */
  tap(): Tap {
    return {
      marks: ['process_completed'],
      large: (head) => {
        const message = readEventHead(head)
        if (message?.msg === 'process_completed') this.eventEnded(message.event)
        return 'pass'
      },
      take: ({ json }: AnswerMessage) => {
        // To read the whole of an answer takes as long as it is large, and a place is taken before its call is sent.
        if (this.#slots.isIdle) return undefined
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

  /** Somebody listens for the end of this event … */
  eventHeard(event: string): void {
    this.#slots.eventHeard(event)
  }

  /** … or of all that this session has under way, until `sessionEnded`. */
  sessionHeard(session: string): void {
    this.#slots.sessionHeard(session)
  }

  sessionEnded(session: string): void {
    this.#slots.sessionEnded(session)
  }
}

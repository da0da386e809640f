/**
 * When the bar asks the gate about the session. It never polls: it asks at the start, at the announced end, when the
 * page is looked at again, and when there is evidence of an end; without evidence at most once a minute.
 */
import type { SessionState } from 'sekisho/contract'

export type Seen =
  | { readonly kind: 'open'; readonly state: SessionState }
  | { readonly kind: 'ended' }
  /** No answer, or one that says nothing about the session. */
  | { readonly kind: 'unknown' }

/**
 * `end`: the announced end is reached. `look`: somebody looks at the page again. `refusal`: the gate answered 401 or
 * cut what ends with the session only. `cut`: a stream ended, as it also does in every call.
 * `news`: another tab signed in or out, or somebody comes back to a page that says "signed out".
 */
export type Occasion = 'end' | 'look' | 'refusal' | 'cut' | 'news'

const minute = 60_000
/** An app that answers 401 by itself must not cause a question each time. */
const gaps = { end: 0, look: minute, refusal: minute, cut: minute, news: 2_000 } as const satisfies Record<
  Occasion,
  number
>
/** How long without a refusal makes the next one a surprise. */
const quietBeforeRefusal = 5 * minute
/** Longer delays overflow a browser's timer (HTML, timer initialisation steps: 32-bit milliseconds). */
const longestTimer = 24 * 60 * minute

export interface Asked {
  /** Milliseconds since 1970; -Infinity for never. */
  readonly last: number
  readonly lastRefusal: number
}

/** Milliseconds until this occasion may ask; 0 is now. */
export function waitFor(occasion: Occasion, now: number, asked: Asked): number {
  // A refusal out of the blue is worth a question at once, however short ago somebody looked.
  if (occasion === 'refusal' && now - asked.lastRefusal >= quietBeforeRefusal) return 0
  return Math.max(0, asked.last + gaps[occasion] - now)
}

/** Milliseconds until the session can have ended. The first time exact, then never within a minute. */
export function untilEnd(state: SessionState, first: boolean): number {
  const end = Math.min(state.idleEndsIn, state.endsIn) * 1000 + 1000
  return Math.min(Math.max(end, first ? 1000 : minute), longestTimer)
}

export class SessionWatch {
  readonly #ask: () => Promise<Seen>
  readonly #tell: (seen: Seen) => void
  #last: Seen = { kind: 'unknown' }
  #asked: Asked = { last: -Infinity, lastRefusal: -Infinity }
  #asking = false
  #first = true
  #endTimer: ReturnType<typeof setTimeout> | undefined
  #laterTimer: ReturnType<typeof setTimeout> | undefined
  /** When that is, and why. */
  #laterAt = Infinity
  #laterFor: Occasion | undefined

  constructor(ask: () => Promise<Seen>, tell: (seen: Seen) => void) {
    this.#ask = ask
    this.#tell = tell
  }

  /** Something happened that may be a reason to ask. */
  notice(occasion: Occasion): void {
    const ended = this.#last.kind === 'ended'
    if ((occasion === 'refusal' || occasion === 'cut') && ended) return
    const actual = occasion === 'look' && ended ? 'news' : occasion
    const now = Date.now()
    const wait = waitFor(actual, now, this.#asked)
    if (wait > 0) return this.#later(actual, wait)
    // The answer under way may be older than what happened.
    if (this.#asking) return this.#later(actual, gaps.news)
    this.#asked = { last: now, lastRefusal: actual === 'refusal' ? now : this.#asked.lastRefusal }
    void this.#look()
  }

  #later(occasion: Occasion, wait: number): void {
    // Whoever looks now may look again; the others come once, the soonest for all.
    const at = Date.now() + wait
    if (occasion === 'look' || at >= this.#laterAt) return
    clearTimeout(this.#laterTimer)
    this.#laterAt = at
    this.#laterFor = occasion
    this.#laterTimer = setTimeout(() => {
      this.#laterAt = Infinity
      this.notice(occasion)
    }, wait)
  }

  async #look(): Promise<void> {
    this.#asking = true
    try {
      this.#heard(await this.#ask())
    } finally {
      this.#asking = false
    }
  }

  #heard(seen: Seen): void {
    clearTimeout(this.#endTimer)
    if (seen.kind === 'unknown') {
      // Without an answer the session is what it was.
      if (this.#last.kind === 'open') this.#askIn(minute)
      return
    }
    this.#last = seen
    if (seen.kind === 'ended' && this.#laterFor !== 'news') {
      // It would ask nothing any more, and keep a look that comes sooner from being asked.
      clearTimeout(this.#laterTimer)
      this.#laterAt = Infinity
    }
    if (seen.kind === 'open') {
      this.#askIn(untilEnd(seen.state, this.#first))
      this.#first = false
    }
    this.#tell(seen)
  }

  #askIn(ms: number): void {
    this.#endTimer = setTimeout(() => this.notice('end'), ms)
  }
}

/** The gate's newest challenge, and what time it is by the gate's clock: this browser's own may be wrong. */
import { parseChallenge, type Challenge } from 'sekisho/proof'

/** It is good for five minutes; a request may wait a while in the browser before it is sent. */
export const freshForMs = 240_000

export interface Clocks {
  /** `performance.now()`: goes on evenly, and in some browsers stands still while the machine sleeps. */
  steady(): number
  /** `Date.now()`: tells that the machine slept. */
  wall(): number
}

interface Held {
  readonly challenge: Challenge
  readonly steady: number
  readonly wall: number
}

export interface Timed extends Challenge {
  /** The gate's time now, in seconds. */
  readonly now: number
}

export class Challenges {
  readonly #ask: () => Promise<string | null>
  readonly #clocks: Clocks
  /** Null: there is none, since nobody is signed in. */
  #held: Held | null | undefined
  #asking: Promise<void> | undefined

  /** `ask` fetches the field from the gate. */
  constructor(ask: () => Promise<string | null>, clocks: Clocks) {
    this.#ask = ask
    this.#clocks = clocks
  }

  /** Undefined: nobody is signed in, or the gate does not answer. `hasty`: an old one is taken, if it is there. */
  async current(hasty?: boolean): Promise<Timed | undefined> {
    if (this.#held === undefined || (this.#held !== null && !hasty && this.#age(this.#held) > freshForMs))
      await this.renew()
    const held = this.#held
    if (held === undefined || held === null) return undefined
    const seconds = Math.floor((this.#clocks.steady() - held.steady) / 1000)
    return { ...held.challenge, now: held.challenge.at + seconds }
  }

  /** Asks the gate; whoever asks meanwhile waits for the same answer. */
  renew(): Promise<void> {
    this.#asking ??= this.#ask()
      .then(
        (field) => {
          if (!this.take(field, true)) this.#held = null
        },
        // Without an answer the one we have may still do; the gate says so if not.
        () => void (this.#held ??= null),
      )
      .finally(() => (this.#asking = undefined))
    return this.#asking
  }

  /** After news: an answer under way may be from before it. */
  async afresh(): Promise<void> {
    await this.#asking
    await this.renew()
  }

  /** From the field of an answer. `sure`: it can't have come out of the browser's cache. */
  take(field: string | null, sure: boolean): boolean {
    const challenge = parseChallenge(field)
    if (challenge === undefined) return false
    if (sure || challenge.at >= (this.#held?.challenge.at ?? 0))
      this.#held = { challenge, steady: this.#clocks.steady(), wall: this.#clocks.wall() }
    return true
  }

  #age({ steady, wall }: Held): number {
    return Math.max(this.#clocks.steady() - steady, this.#clocks.wall() - wall)
  }
}

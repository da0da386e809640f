/** The gate's newest challenge, and what time it is by the gate's clock: this browser's own may be wrong. */
import { parseChallenge, type Challenge } from 'sekisho/proof'

/** It is good for five minutes; a request may wait a while in the browser before it is sent. */
export const freshForMs = 240_000

export interface Moment {
  /** `performance.now()`: goes on evenly, and in some browsers stands still while the machine sleeps. */
  readonly steady: number
  /** `Date.now()`: tells that the machine slept, and can be set back. */
  readonly wall: number
}

export function readClocks(): Moment {
  return { steady: performance.now(), wall: Date.now() }
}

/** In milliseconds, by whichever clock went on further. */
export function passed(since: Moment, now: Moment): number {
  return Math.max(now.steady - since.steady, now.wall - since.wall)
}

interface Held extends Moment {
  readonly challenge: Challenge
}

export interface Timed extends Challenge {
  /** The gate's time now, in seconds. */
  readonly now: number
}

export class Challenges {
  readonly #ask: () => Promise<string | null>
  readonly #now: () => Moment
  /** Null: there is none, since nobody is signed in. */
  #held: Held | null | undefined
  #asking: Promise<boolean> | undefined

  /** `ask` fetches the field from the gate; rejects where the gate can't answer now. */
  constructor(ask: () => Promise<string | null>, now: () => Moment) {
    this.#ask = ask
    this.#now = now
  }

  /** Undefined: nobody is signed in, or the gate does not answer. `hasty`: an old one is taken, if it is there. */
  async current(hasty?: boolean): Promise<Timed | undefined> {
    const before = this.#held
    if (before ? !hasty && passed(before, this.#now()) > freshForMs : before === undefined) await this.renew()
    const held = this.#held
    if (!held) return undefined
    const seconds = Math.floor((this.#now().steady - held.steady) / 1000)
    return { ...held.challenge, now: held.challenge.at + seconds }
  }

  /** Asks the gate; whoever asks meanwhile waits for the same answer. False: there is none. */
  renew(): Promise<boolean> {
    this.#asking ??= this.#ask()
      .then(
        (field) => {
          if (!this.take(field, true)) this.#held = null
          return true
        },
        () => {
          // The one we have may still do; the gate says so if not.
          this.#held ??= null
          return false
        },
      )
      .finally(() => (this.#asking = undefined))
    return this.#asking
  }

  /** After news: an answer under way may be from before it. */
  async afresh(): Promise<boolean> {
    await this.#asking
    return this.renew()
  }

  /** From the field of an answer. `sure`: it can't have come out of the browser's cache. */
  take(field: string | null, sure: boolean): boolean {
    const challenge = parseChallenge(field)
    if (!challenge) return false
    if (sure || challenge.at >= (this.#held?.challenge.at ?? 0)) this.#held = { challenge, ...this.#now() }
    return true
  }
}

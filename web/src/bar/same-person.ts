/** Whether what waits in this page may go on: never as somebody else than whoever it began to wait for. */
import type { Seen } from './session-watch.ts'

/** For as long as a gate needs to start again, or a laptop to find its network. */
const tries = 5
const pauseMs = 2_000

const waitAMoment = () => new Promise<void>((resolve) => setTimeout(resolve, pauseMs))

export class SamePerson {
  readonly #ask: () => Promise<Seen>
  readonly #pause: () => Promise<void>
  /** The last that was seen; undefined: nobody yet. */
  #name: string | undefined
  /** Who was here when the key was found to be lost. */
  #loser: Promise<string | undefined> = Promise.resolve(undefined)

  constructor(ask: () => Promise<Seen>, pause = waitAMoment) {
    this.#ask = ask
    this.#pause = pause
  }

  /** True: it is another one than before. */
  see(seen: Seen): boolean {
    const name = nameOf(seen)
    if (name === undefined) return false
    const changed = this.#name !== undefined && this.#name !== name
    this.#name = name
    return changed
  }

  lose(): void {
    this.#loser = this.#name === undefined ? this.#now() : Promise.resolve(this.#name)
  }

  /** Whether the one who lost the key is here again. */
  async isLoser(): Promise<boolean> {
    const [loser, now] = await Promise.all([this.#loser, this.#now()])
    return now !== undefined && now === loser
  }

  /** Whether somebody else came since somebody was seen here; `unknown`: nobody is here, or the gate doesn't answer. */
  async compare(): Promise<'same' | 'other' | 'unknown'> {
    const name = this.#name
    const now = await this.#now()
    if (now === undefined) return 'unknown'
    return now === name ? 'same' : 'other'
  }

  async #now(): Promise<string | undefined> {
    for (let left = tries; ; left--) {
      const seen = await this.#ask()
      if (seen.kind !== 'unknown' || left === 1) return nameOf(seen)
      await this.#pause()
    }
  }
}

/**
 * Of the shared password each session is somebody: whoever signs in with it anew has nothing of what the former session had, so that
 * what waited would be done with the app's defaults in its place. No user's name has a colon.
 */
function nameOf(seen: Seen): string | undefined {
  return seen.kind === 'open' ? (seen.state.username ?? `:${seen.state.id}`) : undefined
}

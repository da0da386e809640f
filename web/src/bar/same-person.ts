/** Whether what waits in this page may go on: never as somebody else than whoever it began to wait for. */
import type { Seen } from './session-watch.ts'

export class SamePerson {
  readonly #ask: () => Promise<Seen>
  /** The last that was seen; undefined: nobody yet. */
  #name: string | undefined
  /** Who was here when the key was found to be lost. */
  #loser: Promise<string | undefined> = Promise.resolve(undefined)

  constructor(ask: () => Promise<Seen>) {
    this.#ask = ask
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

  /** Whether nobody else came since somebody was seen here. */
  async isSame(): Promise<boolean> {
    const name = this.#name
    const now = await this.#now()
    return now !== undefined && now === name
  }

  async #now(): Promise<string | undefined> {
    return nameOf(await this.#ask())
  }
}

/** Of the shared password '', which is no user's name. */
function nameOf(seen: Seen): string | undefined {
  return seen.kind === 'open' ? (seen.state.username ?? '') : undefined
}

/** Logins that began and have not come back yet: a wrong password never comes back, so silence is what is recorded. */
import type { Asker } from '../audit/event.ts'

export interface PendingLogin {
  readonly ceremony: string
  readonly asker: Asker
  readonly expiresAt: number
}

/** Beyond so many nobody is remembered; that they began stands in the log all the same. */
const greatest = 10_000

export class PendingLogins {
  /** In the order of their ends, since all last equally long. */
  readonly #pending = new Map<string, PendingLogin>()

  add(login: PendingLogin): void {
    if (this.#pending.size < greatest) this.#pending.set(login.ceremony, login)
  }

  forget(ceremony: string): void {
    this.#pending.delete(ceremony)
  }

  /** Those whose time is over; they stay until they are forgotten. */
  expired(now: number): readonly PendingLogin[] {
    const over: PendingLogin[] = []
    for (const login of this.#pending.values()) {
      if (login.expiresAt > now) break
      over.push(login)
    }
    return over
  }
}

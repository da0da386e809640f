/** One redactor for all open streams of a session: the app deals the messages of one event out among them. */
import { EventRedactor } from './event-redactor.ts'

export class SessionRedactors {
  /** Held by the streams themselves; gone with the last of them. */
  readonly #known = new Map<string, WeakRef<EventRedactor>>()
  readonly #gone = new FinalizationRegistry<string>((session) => {
    if (this.#known.get(session)?.deref() === undefined) this.#known.delete(session)
  })

  /** `session`: upstream form. */
  of(session: string): EventRedactor {
    const known = this.#known.get(session)?.deref()
    if (known !== undefined) return known
    const made = new EventRedactor()
    this.#known.set(session, new WeakRef(made))
    this.#gone.register(made, session)
    return made
  }
}

/** One thing for all open streams of a session: the app deals the messages of one event out among them. */

export class SessionShared<Thing extends object> {
  readonly #make: () => Thing
  /** Held by the streams themselves; gone with the last of them. */
  readonly #known = new Map<string, WeakRef<Thing>>()
  readonly #gone = new FinalizationRegistry<string>((session) => {
    if (this.#known.get(session)?.deref() === undefined) this.#known.delete(session)
  })

  constructor(make: () => Thing) {
    this.#make = make
  }

  /** `session`: upstream form. */
  of(session: string): Thing {
    const known = this.#known.get(session)?.deref()
    if (known !== undefined) return known
    const made = this.#make()
    this.#known.set(session, new WeakRef(made))
    this.#gone.register(made, session)
    return made
  }
}

/** Events that the app spoke of before its answer told whose they are: whoever waits goes on as soon as that is known. */

export class Expected {
  readonly #waiting = new Map<string, Set<() => void>>()

  /** Until `tell`, or so long at most. */
  wait(id: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(id) ?? new Set()
      const goOn = () => {
        clearTimeout(timer)
        waiting.delete(goOn)
        if (waiting.size === 0) this.#waiting.delete(id)
        resolve()
      }
      const timer = setTimeout(goOn, ms).unref()
      waiting.add(goOn)
      this.#waiting.set(id, waiting)
    })
  }

  tell(id: string): void {
    for (const goOn of Array.from(this.#waiting.get(id) ?? [])) goOn()
  }

  /** Ids that somebody waits for. */
  get size(): number {
    return this.#waiting.size
  }
}

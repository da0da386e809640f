/** How fast a body has to come: whoever drips it is slow, whoever waits for us isn't; or all of it by a time. */

/** In every window of this length a body must move by at least `leastPerWindow` bytes: about 1 KB a second. */
const windowMs = 15_000
const leastPerWindow = 16 * 1024

/** By then a body of at most so many bytes is here, or was too slow. */
export function longestMs(bytes: number): number {
  return (Math.floor(bytes / leastPerWindow) + 1) * windowMs
}

/** Whether bytes keep coming; tells once when too few did. To be stopped, since a timer belongs to it. */
export class BodyPace {
  #inWindow = 0
  readonly #timer: NodeJS.Timeout

  /** `excused`: what came waits to be taken, so it isn't the sender who is slow. */
  constructor(onSlow: () => void, excused: () => boolean = () => false) {
    this.#timer = setInterval(() => {
      if (this.#inWindow < leastPerWindow && !excused()) onSlow()
      this.#inWindow = 0
    }, windowMs).unref()
  }

  count(bytes: number): void {
    this.#inWindow += bytes
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

/** The other measure: all of it within so many milliseconds. */
export class BodyDeadline {
  readonly #timer: NodeJS.Timeout

  constructor(onSlow: () => void, ms: number) {
    this.#timer = setTimeout(onSlow, ms)
  }

  count(): void {
    return
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

/** What is told when a body is too slow, and how it is measured. */
export type BodyPatience = (onSlow: () => void) => Pick<BodyPace, 'count' | 'stop'>

/** How fast a body has to come: whoever drips it is slow, whoever waits for us isn't. */

/** In every window of this length a body must move by at least `leastPerWindow` bytes: about 1 KB a second. */
const windowMs = 15_000
const leastPerWindow = 16 * 1024

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

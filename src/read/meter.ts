/** Size and pace of a body: measured while it passes, held nowhere. */
import { Transform, type TransformCallback } from 'node:stream'
import { BodyTrouble } from '../kit/body-trouble.ts'

export interface MeterLimits {
  /** Bytes. */
  readonly max: number
}

/** In every window of this length a body must move by at least `leastPerWindow` bytes: about 1 KB a second. */
const windowMs = 15_000
const leastPerWindow = 16 * 1024

/** Whether bytes keep coming; tells once when too few did. To be stopped, since a timer belongs to it. */
export class Pace {
  #inWindow = 0
  readonly #timer: NodeJS.Timeout

  /** `excused`: what came waits to be taken, so it isn't the sender who is slow. */
  constructor(onSlow: () => void, excused: () => boolean = () => false) {
    this.#timer = setInterval(() => {
      if (this.#inWindow < leastPerWindow && !excused()) onSlow()
      this.#inWindow = 0
    }, windowMs)
  }

  count(bytes: number): void {
    this.#inWindow += bytes
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

export class Meter extends Transform {
  /** Shown each chunk as it passes; to be set before the first one comes. */
  onChunk: ((chunk: Uint8Array) => void) | undefined
  #seen = 0
  readonly #limits: MeterLimits
  readonly #pace: Pace

  constructor(limits: MeterLimits) {
    super()
    this.#limits = limits
    // A reader that doesn't take what is there is the app's slowness, not the client's.
    this.#pace = new Pace(
      () => this.destroy(new BodyTrouble('body-slow')),
      () => this.readableLength > 0,
    )
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#seen += chunk.byteLength
    this.#pace.count(chunk.byteLength)
    if (this.#seen > this.#limits.max) done(new BodyTrouble('body-large'))
    else {
      this.onChunk?.(chunk)
      done(null, chunk)
    }
  }

  override _flush(done: TransformCallback): void {
    this.#pace.stop()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#pace.stop()
    done(error)
  }
}

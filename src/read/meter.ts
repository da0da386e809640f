/** Size and pace of a body that streams through: measured while it passes, held nowhere. */
import { Transform, type TransformCallback } from 'node:stream'
import { BodyTrouble } from '../kit/body-trouble.ts'

export interface MeterLimits {
  /** Bytes. */
  readonly max: number
}

/** In every window of this length a body must move by at least `leastPerWindow` bytes: about 1 KB a second. */
const windowMs = 15_000
const leastPerWindow = 16 * 1024

export class Meter extends Transform {
  #seen = 0
  #inWindow = 0
  readonly #limits: MeterLimits
  readonly #timer: NodeJS.Timeout

  constructor(limits: MeterLimits) {
    super()
    this.#limits = limits
    this.#timer = setInterval(() => this.#closeWindow(), windowMs)
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#seen += chunk.byteLength
    this.#inWindow += chunk.byteLength
    if (this.#seen > this.#limits.max) done(new BodyTrouble('body-large'))
    else done(null, chunk)
  }

  override _flush(done: TransformCallback): void {
    clearInterval(this.#timer)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearInterval(this.#timer)
    done(error)
  }

  #closeWindow(): void {
    // A reader that doesn't take what is there is the app's slowness, not the client's.
    if (this.#inWindow < leastPerWindow && this.readableLength === 0)
      this.destroy(new BodyTrouble('body-slow'))
    this.#inWindow = 0
  }
}

/** Size and pace of a body: measured while it passes, held nowhere. */
import { Transform, type TransformCallback } from 'node:stream'
import { BodyPace } from '../kit/body-pace.ts'
import { BodyTrouble } from '../kit/body-trouble.ts'

export interface MeterLimits {
  /** Bytes. */
  readonly max: number
}

export class Meter extends Transform {
  /** Shown each chunk as it passes; to be set before the first one comes. */
  onChunk: ((chunk: Uint8Array) => void) | undefined
  #seen = 0
  readonly #limits: MeterLimits
  readonly #pace: BodyPace

  constructor(limits: MeterLimits) {
    super()
    this.#limits = limits
    // A reader that doesn't take what is there is the app's slowness, not the client's.
    this.#pace = new BodyPace(
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

/** Carries the head of the chain to the store after each group commit: one at a time, the latest wins. */
import type { SegmentStore } from '../store/store.ts'
import { isDiskFull } from './disk.ts'
import type { SegmentFile } from './segment-file.ts'

export class Heads {
  readonly #segments: SegmentStore
  readonly #onFailure: (error: unknown) => void
  readonly #onFull: () => void
  #next: { readonly id: string; readonly count: number; readonly head: string } | undefined
  #running: Promise<void> | undefined
  #failing = false

  constructor(
    segments: SegmentStore,
    { onFailure, onFull }: { readonly onFailure: (error: unknown) => void; readonly onFull: () => void },
  ) {
    this.#segments = segments
    this.#onFailure = onFailure
    this.#onFull = onFull
  }

  /** Called when the file is on disk: a file longer than its head is fine, a shorter one was cut off. */
  advance({ id, count, head }: SegmentFile): void {
    this.#next = { id, count, head }
    this.#running ??= this.#run()
  }

  /** Resolves when the latest head is stored. */
  async settle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    try {
      for (let next = this.#next; next !== undefined; next = this.#next) {
        this.#next = undefined
        await this.#segments.advance(next.id, next.count, next.head)
        this.#failing = false
      }
    } catch (error) {
      // Said once; the next commit tries again with a later head.
      if (!this.#failing) this.#onFailure(error)
      this.#failing = true
      if (isDiskFull(error)) this.#onFull()
    } finally {
      this.#running = undefined
    }
  }
}

/** One segment: the file of one writing process, and the chain through it. */
import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { toBase64url } from '../kit/base64url.ts'
import { randomName } from '../kit/random.ts'
import { chainMac, chainStart, formatLine } from './chain.ts'
import type { Disk, DiskFile } from './disk.ts'
import type { Draft } from './draft.ts'

const suffix = '.jsonl'

/** `<time>-<random>`: names sort by time, and two processes never meet. */
export function makeSegmentId(at: number): string {
  return `${new Date(at).toISOString().replace(/[-:.]/g, '')}-${randomName(8)}`
}

export function segmentPath(dir: string, id: string): string {
  return join(dir, id + suffix)
}

/** The segments among the names of a directory, oldest first. */
export function segmentIds(names: readonly string[]): readonly string[] {
  return names
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length))
    .sort()
}

export class SegmentFile {
  readonly id: string
  readonly openedAt: number
  readonly #key: KeyObject
  readonly #file: DiskFile
  #last: Buffer
  #count = 0
  #bytes = 0

  private constructor(id: string, openedAt: number, key: KeyObject, file: DiskFile) {
    this.id = id
    this.openedAt = openedAt
    this.#key = key
    this.#file = file
    this.#last = chainStart(key, id)
  }

  static async create(disk: Disk, dir: string, id: string, openedAt: number, key: KeyObject) {
    return new SegmentFile(id, openedAt, key, await disk.createFile(segmentPath(dir, id)))
  }

  /** Number of records on disk. */
  get count(): number {
    return this.#count
  }

  /** The MAC of the last record on disk. */
  get head(): string {
    return toBase64url(this.#last)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Resolves when all are on disk; after a rejection the tail is uncertain and the segment must be abandoned. */
  async append(drafts: readonly Draft[]): Promise<void> {
    let last = this.#last
    let number = this.#count
    let text = ''
    for (const { rest, personal } of drafts) {
      number += 1
      const record = `{"n":${number.toString()},${rest}`
      last = chainMac(this.#key, last, record)
      text += formatLine(last, record, personal)
    }
    const bytes = Buffer.from(text)
    await this.#file.append(bytes)
    this.#last = last
    this.#count = number
    this.#bytes += bytes.byteLength
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  /** Cuts off what was never acknowledged, if the disk still lets it. */
  async abandon(): Promise<void> {
    await this.#file.truncate(this.#bytes).catch(() => undefined)
    await this.#file.close().catch(() => undefined)
  }
}

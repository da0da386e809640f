/** Salted commitments: a personal value stands beside the record and can be deleted, its commitment stays. */
import { createHmac, randomBytes } from 'node:crypto'
import { parseBase64url, toBase64url } from '../kit/base64url.ts'

/** What stands beside the record. Deleting it, salt included, leaves 128 random bits between value and commitment. */
export interface Opening {
  readonly value: string
  readonly salt: string
}

export interface Committed {
  readonly commitment: string
  readonly opening: Opening
}

const scheme = 'hmac-sha256:'

/** HMAC-SHA-256 cut to 128 bits (NIST SP 800-107 section 5.3.3): a second value under any salt stays out of reach. */
function commitmentOf(value: string, salt: Uint8Array): string {
  return scheme + toBase64url(createHmac('sha256', salt).update(value).digest().subarray(0, 16))
}

export function isOpenedBy(commitment: string, { value, salt }: Opening): boolean {
  const bytes = parseBase64url(salt)
  return bytes !== undefined && commitmentOf(value, bytes) === commitment
}

/**
 * Makes commitments, and remembers the latest so that a busy client costs one HMAC. The price: records written while
 * a value is remembered share a salt, so they can still be told to be of one client after the value is deleted.
 */
export class Commitments {
  readonly #remembered = new Map<string, Committed>()
  readonly #size: number

  constructor(size = 1024) {
    this.#size = size
  }

  commit(value: string): Committed {
    const known = this.#remembered.get(value)
    if (known !== undefined) {
      // A Map keeps the order of insertion: the one not used for longest stands first.
      this.#remembered.delete(value)
      this.#remembered.set(value, known)
      return known
    }
    const salt = randomBytes(16)
    const made = { commitment: commitmentOf(value, salt), opening: { value, salt: toBase64url(salt) } }
    this.#remembered.set(value, made)
    if (this.#remembered.size > this.#size) {
      const oldest = this.#remembered.keys().next()
      if (oldest.done !== true) this.#remembered.delete(oldest.value)
    }
    return made
  }

  /** Called at each new segment, so that one salt never joins records further apart than a segment. */
  forget(): void {
    this.#remembered.clear()
  }
}

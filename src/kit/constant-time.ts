/** Comparison whose time doesn't tell where two values differ. */
import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares digests, so that not even the lengths show. */
export function equalInConstantTime(a: string | Uint8Array, b: string | Uint8Array): boolean {
  const digest = (value: string | Uint8Array) => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(a), digest(b))
}

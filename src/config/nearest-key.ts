/** The known key that somebody most likely meant. */
import { knownKeys } from './schema.ts'

/** `folder` is the group in which `key` was found, '' for the top; the answer is a full key such as `session.idle`. */
export function nearestKey(folder: string, key: string): string | undefined {
  const wanted = fold(key)
  const farthest = Math.min(3, Math.floor(wanted.length / 3))
  let best: { readonly full: string; readonly rank: number } | undefined
  for (const [group, names] of Object.entries(knownKeys))
    for (const name of names) {
      const distance = editDistance(wanted, name)
      // One letter wrong in the right group is meant more likely than a right name in the wrong one, and that than two letters.
      const rank = distance * 2 + (group === folder ? 0 : 3)
      if (distance <= farthest && (best === undefined || rank < best.rank))
        best = { full: group === '' ? name : `${group}.${name}`, rank }
    }
  return best?.full
}

/** `trustedProxies` and `trusted-proxies` are `trusted_proxies`. */
function fold(key: string): string {
  return key
    .slice(0, 64)
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[-\s]/g, '_')
    .toLowerCase()
}

/** Optimal string alignment: insertions, deletions, substitutions and swapped neighbours. */
export function editDistance(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        (above[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Infinity,
      )
    }
    before = above
    above = row
  }
  return above[b.length] ?? 0
}

/** Order of versions by Semantic Versioning 2.0.0, section 11. */

const form = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/

export interface Version {
  readonly core: readonly [number, number, number]
  /** Identifiers after the hyphen; none for a release. */
  readonly prerelease: readonly string[]
}

/** Undefined for anything but one exact version: ranges, tags, addresses. */
export function parseVersion(text: string): Version | undefined {
  const found = form.exec(text)
  if (found === null) return undefined
  const [, major = '', minor = '', patch = '', prerelease] = found
  return {
    core: [Number(major), Number(minor), Number(patch)],
    prerelease: prerelease === undefined ? [] : prerelease.split('.'),
  }
}

/** Negative when `a` comes first. Throws for what isn't a version. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [mustParse(a), mustParse(b)]
  for (const [at, number] of left.core.entries()) {
    const difference = number - (right.core[at] ?? 0)
    if (difference !== 0) return difference
  }
  return comparePrereleases(left.prerelease, right.prerelease)
}

function mustParse(text: string): Version {
  const version = parseVersion(text)
  if (version === undefined) throw new TypeError(`${text} is not a version.`)
  return version
}

/** "A pre-release version has lower precedence than the associated normal version." */
function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [left, right] = [a[at], b[at]]
    // "A larger set of pre-release fields has a higher precedence than a smaller set."
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1
    const difference = compareIdentifiers(left, right)
    if (difference !== 0) return difference
  }
  return 0
}

/** Digits compare as numbers and come before words; words compare by their ASCII order. */
function compareIdentifiers(a: string, b: string): number {
  const [left, right] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (left && right) return Number(a) - Number(b)
  if (left !== right) return left ? -1 : 1
  return a === b ? 0 : a < b ? -1 : 1
}

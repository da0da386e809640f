/** Does an advisory concern this version? Gradio tells it as its package.json does (SemVer), older ones as PEP 440 does. */
import { advisories, type Advisory } from './advisories.ts'

/** Undefined when it is no version that can be compared. */
export function findAffecting(version: string): readonly Advisory[] | undefined {
  const numbers = parseVersion(version)
  if (numbers === undefined) return undefined
  return advisories.filter((advisory) => isAffected(numbers, advisory))
}

function isAffected(version: readonly number[], { from, before, upTo }: Advisory): boolean {
  if (from !== undefined && compare(version, numbersOf(from)) < 0) return false
  if (before !== undefined) return compare(version, numbersOf(before)) < 0
  return upTo !== undefined && compare(version, numbersOf(upTo)) <= 0
}

/** A pre-release comes before its release: `6.0.0-beta.1`, or `6.0.0b1`, may lack a fix of 6.0.0. */
function parseVersion(text: string): readonly number[] | undefined {
  const found = /^(\d+(?:\.\d+)*)(?:-|[._]?(?:a|b|c|rc|alpha|beta|pre|dev)[._]?\d)?/i.exec(text.trim())
  if (found?.[1] === undefined) return undefined
  const numbers = found[1].split('.').map(Number)
  const isPreRelease = found[0].length > found[1].length
  return isPreRelease ? [...numbers, -1] : numbers
}

function numbersOf(version: string): readonly number[] {
  return version.split('.').map(Number)
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

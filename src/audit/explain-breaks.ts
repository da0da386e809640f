/** From the places where a chain doesn't hold to what was done there: the likeliest explanation, never a pass. */
import type { Finding } from './findings.ts'

/** A line whose MAC doesn't follow from the line before it. */
export interface Suspect {
  readonly line: number
  /** The number it claims; undefined when the line can't be read. */
  readonly claims: number | undefined
  /** Its MAC follows from a record found elsewhere in the file: the record is ours, its place isn't. */
  readonly genuine: boolean
}

/** Suspects in a row, between two records that hold. */
export interface Break {
  /** The number before; 0 at the start of the file. */
  readonly after: number
  readonly suspects: readonly Suspect[]
  /** The record behind; undefined at the end of the file. */
  readonly next: { readonly line: number; readonly number: number } | undefined
}

interface Gap {
  readonly from: number
  readonly to: number
  /** Lines of unknown worth that stand where the numbers are missing. */
  readonly lines: readonly Suspect[]
  /** The line behind the gap. */
  readonly line: number
  filled: number
}

interface Late {
  readonly line: number
  readonly number: number
}

export function explainBreaks(file: string, breaks: readonly Break[]): readonly Finding[] {
  const { gaps, late } = collect(breaks)
  const findings: Finding[] = []
  const placed = new Set<number>()
  for (const { line, number } of late) {
    const gap = placed.has(number) ? undefined : gaps.find(({ from, to }) => from <= number && number <= to)
    if (gap !== undefined) gap.filled += 1
    placed.add(number)
    findings.push({ kind: gap === undefined ? 'record-inserted' : 'record-moved', file, line })
  }
  for (const gap of gaps) findings.push(...explainGap(file, gap))
  // A break that nothing explains is still a break.
  const [first] = breaks
  if (findings.length === 0 && first !== undefined)
    findings.push({ kind: 'record-changed', file, line: first.suspects[0]?.line ?? 1 })
  return findings.sort((a, b) => ('line' in a && 'line' in b ? a.line - b.line : 0))
}

/** Numbers that are missing where they belong, and records of ours that come after a higher number. */
function collect(breaks: readonly Break[]) {
  const gaps: Gap[] = []
  const late: Late[] = []
  let highest = 0
  for (const { after, suspects, next } of breaks) {
    highest = Math.max(highest, after)
    let between: Suspect[] = []
    const arrive = (number: number, line: number) => {
      if (number <= highest) late.push({ line, number })
      else {
        gaps.push({ from: highest + 1, to: number - 1, lines: between, line, filled: 0 })
        highest = number
        between = []
      }
    }
    for (const suspect of suspects) {
      if (suspect.genuine && suspect.claims !== undefined) arrive(suspect.claims, suspect.line)
      else between.push(suspect)
    }
    if (next !== undefined) arrive(next.number, next.line)
    if (between.length > 0) gaps.push(atTheEnd(highest, between))
  }
  return { gaps, late }
}

/** Without a record behind that holds, the numbers that the lines claim are all there is. */
function atTheEnd(highest: number, lines: readonly Suspect[]): Gap {
  const claimed = lines.map(({ claims }) => claims ?? 0)
  const plausible = claimed.filter((claims) => claims > highest && claims <= highest + 1000)
  const to = Math.max(highest + lines.length, ...plausible)
  return { from: highest + 1, to, lines, line: lines[0]?.line ?? 0, filled: 0 }
}

function explainGap(file: string, { from, to, lines, line, filled }: Gap): readonly Finding[] {
  let missing = to - from + 1 - filled
  const findings: Finding[] = []
  const standing: Suspect[] = []
  const claimed = new Set<number>()
  for (const suspect of lines) {
    const { claims } = suspect
    const belongs = claims === undefined || (claims >= from && claims <= to && !claimed.has(claims))
    if (missing === 0 || !belongs) {
      findings.push({ kind: 'record-inserted', file, line: suspect.line })
      continue
    }
    if (claims !== undefined) claimed.add(claims)
    standing.push(suspect)
    missing -= 1
  }
  // The first record behind a removed one can't be checked: that is the removal's doing, not its own.
  let expected = from
  let excused = missing === 0
  for (const [index, { line: at, claims }] of standing.entries()) {
    const unreadableBefore = index > 0 && standing[index - 1]?.claims === undefined
    const behindRemoved = !excused && claims !== undefined && claims > expected
    if (behindRemoved) excused = true
    else
      findings.push({
        kind: unreadableBefore && claims !== undefined ? 'record-unproven' : 'record-changed',
        file,
        line: at,
      })
    expected = (claims ?? expected) + 1
  }
  if (missing > 0) {
    const at = standing.find(({ claims }) => claims !== undefined && claims > from)?.line ?? line
    findings.push({ kind: 'records-removed', file, line: at, count: missing })
  }
  return findings
}

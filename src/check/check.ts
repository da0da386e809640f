/** What a check is: one question about the app or the gate, decided from what was seen, without asking anything itself. */
import type { AppEvidence } from './app-evidence.ts'
import type { GateEvidence } from './gate-evidence.ts'

/** Worst first. */
export const severities = ['high', 'medium', 'low'] as const
export type Severity = (typeof severities)[number]

/** The scenarios of the threat analysis. */
export const scenarios = {
  1: 'weak or default credentials',
  2: 'missing authorization in backend functions',
  3: 'session hijacking',
  4: 'bypassing the login in front',
  5: 'insufficient input validation',
  6: 'information disclosure',
} as const
export type Scenario = keyof typeof scenarios

export type Outcome =
  | {
      readonly kind: 'found'
      /** Where, one line each; never the value of a secret. */
      readonly at: readonly string[]
      /** Where a finding is worse or milder than usual. */
      readonly severity?: Severity
    }
  | { readonly kind: 'passed' }
  /** It could not be looked at: neither good nor bad. */
  | { readonly kind: 'unseen'; readonly why: string }

interface About {
  /** Stable: scripts accept findings by this name. */
  readonly id: string
  readonly severity: Severity
  /** What was found, as a sentence. */
  readonly what: string
  readonly why: string
  readonly scenario: Scenario
  /** OWASP ASVS 5.0 (`ASVS 13.4.2`), Top 10 2025 (`A02:2025`), API Security Top 10 2023 (`API8:2023`). */
  readonly owasp: readonly string[]
  readonly remedy: string
}

export interface AppCheck extends About {
  readonly about: 'app'
  find(seen: AppEvidence): Outcome
}

export interface GateCheck extends About {
  readonly about: 'gate'
  find(seen: GateEvidence): Outcome
}

export type Check = AppCheck | GateCheck

const mostPlaces = 1_000

/** Found where there is a place to name. */
export function foundAt(places: readonly string[], severity?: Severity): Outcome {
  if (places.length === 0) return { kind: 'passed' }
  const left = places.length - mostPlaces
  const at = left > 0 ? [...places.slice(0, mostPlaces), `${String(left)} more`] : places
  return { kind: 'found', at, ...(severity === undefined ? {} : { severity }) }
}

export function unseen(why: string): Outcome {
  return { kind: 'unseen', why }
}

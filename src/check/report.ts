/** The result of an audit: every check is in it, as found, passed or unseen. */
import type { AppEvidence } from './app-evidence.ts'
import { severities, type Check, type Severity } from './check.ts'
import { checks } from './checks/index.ts'
import type { GateEvidence, WayIn } from './gate-evidence.ts'

export interface Finding {
  readonly check: Check
  readonly severity: Severity
  readonly at: readonly string[]
  /** Named by --accept: it stands in the report and counts for nothing. */
  readonly accepted: boolean
}

export interface Report {
  readonly app: { readonly url: string; readonly gradio?: string }
  /** Why nothing could be seen of the app. */
  readonly appTrouble?: string
  readonly gate?: { readonly stateDir: string }
  /** Worst first. */
  readonly findings: readonly Finding[]
  readonly passed: readonly Check[]
  readonly unseen: readonly { readonly check: Check; readonly why: string }[]
  readonly waysIn: readonly WayIn[]
  readonly now: number
}

export interface Evidence {
  readonly url: URL
  readonly app: AppEvidence | { readonly trouble: string }
  /** Undefined when no gate is configured here. */
  readonly gate: GateEvidence | undefined
  readonly now: number
}

export function makeReport(evidence: Evidence, accepted: readonly string[]): Report {
  const { app, gate } = evidence
  const findings: Finding[] = []
  const passed: Check[] = []
  const unseen: { check: Check; why: string }[] = []
  for (const check of checks) {
    const outcome = decide(check, evidence)
    if (outcome === undefined) continue
    if (outcome.kind === 'passed') passed.push(check)
    else if (outcome.kind === 'unseen') unseen.push({ check, why: outcome.why })
    else {
      const { at, severity = check.severity } = outcome
      findings.push({ check, severity, at, accepted: accepted.includes(check.id) })
    }
  }
  const rank = ({ severity }: Finding) => severities.indexOf(severity)
  return {
    app: { url: evidence.url.href, ...gradioOf(app) },
    ...('trouble' in app ? { appTrouble: app.trouble } : {}),
    ...(gate === undefined ? {} : { gate: { stateDir: gate.config.stateDir } }),
    findings: findings.sort((a, b) => rank(a) - rank(b)),
    passed,
    unseen,
    waysIn: gate?.waysIn ?? [],
    now: evidence.now,
  }
}

/** Undefined: there is nothing that the check is about. */
function decide(check: Check, { app, gate }: Evidence) {
  if (check.about === 'gate') return gate === undefined ? undefined : check.find(gate)
  if ('trouble' in app) return { kind: 'unseen', why: 'the app could not be looked at' } as const
  return check.find(app)
}

function gradioOf(app: Evidence['app']): { gradio?: string } {
  return 'trouble' in app || app.config === undefined ? {} : { gradio: app.config.version }
}

/** Whether something is at least as bad as `least` and not accepted. */
export function isFailing({ findings }: Report, least: Severity): boolean {
  const limit = severities.indexOf(least)
  return findings.some(({ severity, accepted }) => !accepted && severities.indexOf(severity) <= limit)
}

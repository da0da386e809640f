/** The report for programs. */
import { advisoriesDate } from './advisories.ts'
import type { Check } from './check.ts'
import type { Report } from './report.ts'

export function reportJson(report: Report): Readonly<Record<string, unknown>> {
  const { app, appTrouble, gate, findings, passed, unseen, waysIn, now } = report
  return {
    checkedAt: new Date(now).toISOString(),
    advisoriesOf: advisoriesDate,
    app: { ...app, ...(appTrouble === undefined ? {} : { trouble: appTrouble }) },
    ...(gate === undefined ? {} : { gate }),
    findings: findings.map(({ check, severity, at, accepted }) => ({
      ...describe(check),
      severity,
      seen: at,
      accepted,
    })),
    passed: passed.map(({ id }) => id),
    unseen: unseen.map(({ check, why }) => ({ id: check.id, why })),
    waysIn,
  }
}

function describe({ id, about, what, why, scenario, owasp, remedy }: Check) {
  return { id, about, what, why, scenario, owasp, remedy }
}

/** The report as SARIF 2.1.0 (OASIS Standard, 27 March 2020), for code scanning and other dashboards. */
import { pathToFileURL } from 'node:url'
import { scenarios, type Check, type Severity } from './check.ts'
import { checks } from './checks/index.ts'
import type { Finding, Report } from './report.ts'

const levels = { high: 'error', medium: 'warning', low: 'note' } as const satisfies Record<Severity, string>
/** What code scanning sorts by, on the scale of CVSS. */
const scores = { high: '8.0', medium: '5.5', low: '3.0' } as const satisfies Record<Severity, string>

export function reportSarif(report: Report, version: string): Readonly<Record<string, unknown>> {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'sekisho', semanticVersion: version, rules: checks.map(ruleOf) } },
        invocations: [
          {
            executionSuccessful: report.appTrouble === undefined,
            endTimeUtc: new Date(report.now).toISOString(),
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: report.findings.map((finding) => resultOf(finding, report)),
      },
    ],
  }
}

function ruleOf(check: Check) {
  return {
    id: check.id,
    shortDescription: { text: check.what },
    fullDescription: { text: check.why },
    help: { text: check.remedy },
    defaultConfiguration: { level: levels[check.severity] },
    properties: {
      tags: ['security', scenarios[check.scenario], ...check.owasp],
      'security-severity': scores[check.severity],
      precision: 'high',
    },
  }
}

function resultOf({ check, severity, at, accepted }: Finding, report: Report) {
  const uri =
    check.about === 'gate' && report.gate !== undefined
      ? pathToFileURL(report.gate.stateDir).href
      : report.app.url
  return {
    ruleId: check.id,
    ruleIndex: checks.indexOf(check),
    level: levels[severity],
    message: { text: [`${check.what} ${check.remedy}`, ...at.map((place) => `- ${place}`)].join('\n') },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri } },
        logicalLocations: [{ fullyQualifiedName: `${check.about}/${check.id}`, kind: 'module' }],
      },
    ],
    partialFingerprints: { 'check/v1': `${uri}#${check.id}` },
    ...(accepted ? { suppressions: [{ kind: 'external', justification: '--accept' }] } : {}),
  }
}

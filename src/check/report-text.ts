/** The report for people: worst first, what in one line, why and remedy below. */
import { scenarios, severities, type Check, type Severity } from './check.ts'
import type { Finding, Report } from './report.ts'

export interface TextOptions {
  /** Passed and unseen checks one by one, instead of as numbers. */
  readonly all: boolean
}

const width = 100

/** Lines without control characters of ours; what came from outside is made printable by who prints. */
export function reportLines(report: Report, { all }: TextOptions): readonly string[] {
  const open = report.findings.filter(({ accepted }) => !accepted)
  const accepted = report.findings.filter((finding) => finding.accepted)
  return [
    ...heading(report),
    ...severities.flatMap((severity) => group(severity, open)),
    ...section(
      'Accepted',
      accepted.map(({ check }) => `  ${check.id}: ${check.what}`),
    ),
    ...section(
      'Ways in',
      report.waysIn.map(({ way, guard, strength }) => `  ${strength.padEnd(6)}  ${way}: ${guard}`),
    ),
    ...(all ? section('Not found', wrap(report.passed.map(({ id }) => id).join(', '), '  ', '  ')) : []),
    ...(all
      ? section(
          'Could not be looked at',
          report.unseen.map(({ check, why }) => `  ${check.id}: ${why}`),
        )
      : []),
    '',
    summary(report),
  ]
}

function heading({ app, appTrouble, gate }: Report): readonly string[] {
  const version = app.gradio === undefined ? '' : ` (Gradio ${app.gradio})`
  return [
    `App   ${app.url}${version}`,
    ...(gate === undefined ? [] : [`Gate  ${gate.stateDir}`]),
    ...(appTrouble === undefined ? [] : [`The app was not looked at: ${appTrouble}`]),
  ]
}

function group(severity: Severity, findings: readonly Finding[]): readonly string[] {
  const here = findings.filter((finding) => finding.severity === severity)
  const title = { high: 'High', medium: 'Medium', low: 'Low' }[severity]
  return section(title, here.flatMap(describe))
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines]
}

const mostPlaces = 10

function describe({ check, at }: Finding): readonly string[] {
  const more = at.length - mostPlaces
  return [
    `  ${check.id}: ${check.what}`,
    ...at.slice(0, mostPlaces).flatMap((place) => wrap(place, '      - ', '        ')),
    ...(more > 0 ? [`      … and ${String(more)} more`] : []),
    ...wrap(`Why: ${check.why} ${references(check)}`, '      ', '      '),
    ...wrap(`Remedy: ${check.remedy}`, '      ', '      '),
  ]
}

function references({ scenario, owasp }: Check): string {
  return `(${[scenarios[scenario], ...owasp].join('; ')})`
}

function wrap(text: string, first: string, rest: string): readonly string[] {
  const lines: string[] = []
  let line = first
  for (const word of text.split(/\s+/)) {
    const begun = line !== first && line !== rest
    if (begun && line.length + 1 + word.length > width) {
      lines.push(line)
      line = rest + word
    } else line += begun ? ` ${word}` : word
  }
  return [...lines, line]
}

function summary({ findings, passed, unseen }: Report): string {
  const open = findings.filter(({ accepted }) => !accepted)
  const counts = severities.map(
    (one) => `${String(open.filter(({ severity }) => severity === one).length)} ${one}`,
  )
  const accepted = findings.length - open.length
  const beside = [
    ...(accepted > 0 ? [`${String(accepted)} accepted`] : []),
    `${String(passed.length)} passed`,
    ...(unseen.length > 0 ? [`${String(unseen.length)} could not be looked at`] : []),
  ]
  return `${counts.join(', ')}; ${beside.join(', ')}.`
}

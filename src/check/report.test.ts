/** The three forms of a report: the same findings, worst first, and no value of a secret. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { appConfig, component, gateConfig, now, planted, seenApp, seenGate } from './check.contract.ts'
import { checks } from './checks/index.ts'
import { reportJson } from './report-json.ts'
import { reportSarif } from './report-sarif.ts'
import { reportLines } from './report-text.ts'
import { isFailing, makeReport, type Report } from './report.ts'

const url = new URL('http://127.0.0.1:7860')
const secret = component('textbox', { type: 'password', value: planted, label: 'Key' })

function report(accepted: readonly string[] = []): Report {
  const app = seenApp({ config: appConfig({ components: [secret], showError: true }) })
  const gate = seenGate({
    config: gateConfig({ session: { idleMs: 9e6, absoluteMs: 9e7, twoNetworks: 'record' } }),
  })
  return makeReport({ url, app, gate, now }, accepted)
}

const nothing = makeReport({ url, app: seenApp(), gate: seenGate(), now }, [])

describe('a report', () => {
  it('holds every check once', () => {
    const { findings, passed, unseen } = report()
    const all = [...findings.map(({ check }) => check), ...passed, ...unseen.map(({ check }) => check)]
    expect(all.map(({ id }) => id).sort()).toEqual(checks.map(({ id }) => id).sort())
  })

  it('leaves the checks of a gate out where there is none', () => {
    const { findings, passed, unseen, gate } = makeReport({ url, app: seenApp(), gate: undefined, now }, [])
    expect(gate).toBeUndefined()
    expect(
      [...findings, ...passed.map((check) => ({ check })), ...unseen].map(({ check }) => check.about),
    ).not.toContain('gate')
  })

  it('sees nothing of an app that is away, and says so', () => {
    const away = makeReport({ url, app: { trouble: 'Nobody is there.' }, gate: seenGate(), now }, [])
    expect(away.unseen.length).toBe(checks.filter(({ about }) => about === 'app').length)
    expect(reportLines(away, { all: false }).join('\n')).toContain(
      'The app was not looked at: Nobody is there.',
    )
    expect(reportSarif(away, '1.0.0')).toMatchObject({
      runs: [{ invocations: [{ executionSuccessful: false }] }],
    })
  })

  it.each([
    ['high', [], true],
    ['high', ['secrets-in-config'], false],
    ['medium', ['secrets-in-config'], true],
    ['medium', ['secrets-in-config', 'error-text'], false],
    ['low', ['secrets-in-config', 'error-text'], true],
    ['low', ['secrets-in-config', 'error-text', 'gate-long-sessions'], false],
  ] as const)('fails from %s on, %j accepted: %s', (least, accepted, failing) => {
    expect(isFailing(report(accepted), least)).toBe(failing)
  })

  it.each(['high', 'medium', 'low'] as const)('without findings fails nothing (%s)', (least) => {
    expect(isFailing(nothing, least)).toBe(false)
  })
})

describe('as text', () => {
  const text = reportLines(report(), { all: false }).join('\n')

  it('goes from high to low', () => {
    const titles = text.split('\n').filter((line) => /^(?:High|Medium|Low)$/.test(line))
    expect(titles).toEqual(['High', 'Medium', 'Low'])
  })

  it('says what, where, why and the remedy, and ends with a summary', () => {
    expect(text).toContain('  secrets-in-config: Secrets stand in the configuration that every visitor gets.')
    expect(text).toContain('      - textbox "Key": a password box with a value')
    expect(text).toMatch(/^ {6}Why: .*/m)
    expect(text).toMatch(/^ {6}Remedy: .*/m)
    expect(text.split('\n').at(-1)).toMatch(/^1 high, 1 medium, 1 low; \d+ passed\.$/)
  })

  it('stays within a hundred columns', () => {
    for (const line of reportLines(report(), { all: true })) expect(line.length).toBeLessThanOrEqual(100)
  })

  it('shows what was accepted, and counts it apart', () => {
    const lines = reportLines(report(['error-text']), { all: false })
    expect(lines).toContain('  error-text: The text of every error goes to the browser (show_error).')
    expect(lines.at(-1)).toMatch(/^1 high, 0 medium, 1 low; 1 accepted, /)
  })
})

describe('no form', () => {
  it.each([
    ['text', reportLines(report(), { all: true }).join('\n')],
    ['JSON', JSON.stringify(reportJson(report()))],
    ['SARIF', JSON.stringify(reportSarif(report(), '1.0.0'))],
  ])('(%s) tells the secret', (_form, text) => {
    expect(text).toContain('password box with a value')
    expect(text).not.toContain(planted)
  })
})

// The part of the schema that is used (SARIF 2.1.0, sections 3.13 to 3.52), closed: a misspelt property is an error.
const message = z.strictObject({ text: z.string().min(1) })
const level = z.enum(['none', 'note', 'warning', 'error'])
const sarif = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string().min(1),
          semanticVersion: z.string().regex(/^\d+\.\d+\.\d+/),
          rules: z.array(
            z.strictObject({
              id: z.string(),
              shortDescription: message,
              fullDescription: message,
              help: message,
              defaultConfiguration: z.strictObject({ level }),
              properties: z.looseObject({ tags: z.array(z.string()) }),
            }),
          ),
        }),
      }),
      invocations: z.array(
        z.strictObject({ executionSuccessful: z.boolean(), endTimeUtc: z.iso.datetime() }),
      ),
      columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: z.int().min(0),
          level,
          message,
          locations: z.array(
            z.strictObject({
              physicalLocation: z.strictObject({ artifactLocation: z.strictObject({ uri: z.url() }) }),
              logicalLocations: z.array(z.strictObject({ fullyQualifiedName: z.string(), kind: z.string() })),
            }),
          ),
          partialFingerprints: z.record(z.string(), z.string()),
          suppressions: z
            .array(z.strictObject({ kind: z.enum(['inSource', 'external']), justification: z.string() }))
            .optional(),
        }),
      ),
    }),
  ]),
})

describe('as SARIF', () => {
  const log = sarif.parse(reportSarif(report(['error-text']), '1.2.3'))
  const [run] = log.runs

  it('has unique rules, and each result points at its own', () => {
    const ids = run.tool.driver.rules.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { ruleId, ruleIndex } of run.results) expect(ids[ruleIndex]).toBe(ruleId)
  })

  it('suppresses what was accepted and nothing else', () => {
    const suppressed = run.results.filter(({ suppressions }) => suppressions !== undefined)
    expect(suppressed.map(({ ruleId }) => ruleId)).toEqual(['error-text'])
  })

  it('has the severity as level', () => {
    expect(run.results.map(({ ruleId, level: at }) => [ruleId, at])).toEqual([
      ['secrets-in-config', 'error'],
      ['error-text', 'warning'],
      ['gate-long-sessions', 'note'],
    ])
  })
})

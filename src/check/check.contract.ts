/** What every check must keep: a name, reasons and a remedy; it finds its fault, passes without it, and tells no secret. */
import { expect, test } from 'vitest'
import type { AppProcess } from '../app/app-process.ts'
import type { AppAnswer } from '../app/read-app.ts'
import type { Config } from '../config/config.ts'
import { defaults } from '../config/defaults.ts'
import type { AppComponent, AppConfig, AppFunction } from './app-config.ts'
import type { AppEvidence } from './app-evidence.ts'
import { scenarios, severities, type AppCheck, type Check, type GateCheck, type Outcome } from './check.ts'
import type { GateEvidence } from './gate-evidence.ts'
import { requests, type RequestName } from './requests.ts'

/** Stands for every secret: no finding may repeat it. */
export const planted = 'planted-s3cret-value'

export const now = Date.parse('2026-12-01T12:00:00Z')

export function answer(status: number, text = '', headers: AppAnswer['headers'] = {}): AppAnswer {
  return { status, text, headers }
}

export function component(type: string, props: AppComponent['props'] = {}, id = 1): AppComponent {
  return { id, type, props: { label: 'Label', ...props } }
}

export function func(given: Partial<AppFunction> = {}): AppFunction {
  return {
    id: 0,
    name: 'predict',
    visibility: 'public',
    onServer: true,
    batch: false,
    triggers: [],
    inputs: [],
    outputs: [],
    ...given,
  }
}

export function appConfig(given: Partial<AppConfig> = {}): AppConfig {
  return {
    version: '6.31.0',
    showError: false,
    devMode: false,
    vibeMode: false,
    mcpServer: false,
    spaceId: undefined,
    maxFileSize: 1e6,
    components: [],
    functions: [],
    hidden: new Set(),
    others: {},
    ...given,
  }
}

export function appProcess(given: Partial<AppProcess> = {}): AppProcess {
  const temp = { folder: '/srv/app/files', chosen: true, mode: 0o40700 }
  return {
    pid: 7,
    uid: 1000,
    environment: { temp, onSpaces: false },
    sources: [{ name: 'app.py', text: 'demo.launch()\n' }],
    ...given,
  }
}

/** An app without a fault, seen from its own machine. */
export function seenApp(
  given: Partial<AppEvidence> & { readonly config?: AppConfig | undefined } = {},
  answers: Partial<Record<RequestName, AppAnswer>> = {},
): AppEvidence {
  const all = [...requests.keys()].map((name): [RequestName, AppAnswer] => [
    name,
    answers[name] ?? answer(404),
  ])
  return {
    url: new URL('http://127.0.0.1:7860'),
    gated: false,
    front: 'app',
    api: '/gradio_api',
    config: appConfig(),
    answers: new Map(all),
    risks: [],
    guessing: { kind: 'no-login' },
    process: appProcess(),
    clock: undefined,
    now,
    ...given,
  }
}

export function gateConfig(given: Partial<Config> = {}): Config {
  return {
    ...defaults,
    upstream: new URL('http://127.0.0.1:7860'),
    stateDir: '/var/lib/sekisho',
    keyFile: '/etc/sekisho/app.key',
    ...given,
  }
}

/** A gate without a fault. */
export function seenGate(given: Partial<GateEvidence> = {}): GateEvidence {
  const kept = { keeping: 'secret', owner: 1000, changedAt: now - 1000 } as const
  return {
    config: gateConfig(),
    configText: { path: '/etc/sekisho/sekisho.yaml', text: 'upstream: http://127.0.0.1:7860\n' },
    keyInEnvironment: false,
    files: [
      { ...kept, path: '/var/lib/sekisho', what: 'the state folder', mode: 0o700 },
      { ...kept, path: '/var/lib/sekisho/sekisho.db', what: 'the database', mode: 0o600 },
    ],
    user: 1000,
    freeBytes: 50e9,
    certificates: [{ path: '/c.pem', startsAt: now - 30 * day, endsAt: now + 60 * day }],
    state: { kind: 'read', key: 'fits', passwords: [], tokens: [] },
    audit: { kind: 'read', verification: { findings: [], notes: [], segments: 1, records: 9 } },
    policy: { kind: 'built-in' },
    waysIn: [],
    appClock: { said: now, at: now },
    now,
    ...given,
  }
}

export const day = 86_400_000

export interface AppCase {
  readonly check: AppCheck
  readonly bad: AppEvidence
  readonly good?: AppEvidence
}
export interface GateCase {
  readonly check: GateCheck
  readonly bad: GateEvidence
  readonly good?: GateEvidence
}

export function checkContract({ check, bad, good }: AppCase | GateCase): void {
  test('has a name, a severity, reasons, references and a remedy', () => expectDescribed(check))

  test('finds its fault and says where', () => {
    const outcome = find(check, bad)
    expect(outcome.kind).toBe('found')
    if (outcome.kind === 'found') expect(outcome.at.length).toBeGreaterThan(0)
  })

  test('tells no secret', () => {
    expect(JSON.stringify(find(check, bad))).not.toContain(planted)
  })

  test('passes where the fault is not', () => {
    const usual = check.about === 'app' ? seenApp() : seenGate()
    expect(find(check, good ?? usual)).toEqual({ kind: 'passed' })
  })

  test('never throws where nothing can be seen', () => {
    const nothing = check.about === 'app' ? blindApp() : blindGate()
    expect(['passed', 'unseen']).toContain(find(check, nothing).kind)
  })
}

/** The pair of check and evidence comes from one case, so they belong together. */
function find(check: Check, seen: AppEvidence | GateEvidence): Outcome {
  return check.about === 'app' ? check.find(seen as AppEvidence) : check.find(seen as GateEvidence)
}

function expectDescribed({ id, severity, what, why, remedy, scenario, owasp }: Check): void {
  expect(id).toMatch(/^[a-z][a-z-]{3,40}$/)
  expect(severities).toContain(severity)
  expect(Object.keys(scenarios)).toContain(String(scenario))
  for (const sentence of [what, why, remedy]) expect(sentence).toMatch(/^[A-Z].*\.$/)
  expect(what.length).toBeLessThanOrEqual(100)
  expect(owasp.length).toBeGreaterThan(0)
  for (const one of owasp) {
    expect(one).toMatch(
      /^(?:A(?:0[1-9]|10):2025|API(?:[1-9]|10):2023|ASVS (?:1[0-7]|[1-9])\.\d{1,2}\.\d{1,2})$/,
    )
  }
}

function blindApp(): AppEvidence {
  return seenApp({
    front: 'other-login',
    config: undefined,
    answers: new Map(),
    process: undefined,
    guessing: { kind: 'not-tried' },
  })
}

function blindGate(): GateEvidence {
  return seenGate({
    configText: undefined,
    files: [],
    user: undefined,
    freeBytes: undefined,
    certificates: [],
    state: { kind: 'absent' },
    audit: { kind: 'unseen', why: 'no gate has run yet' },
    appClock: undefined,
  })
}

/**
 * Whoever is about to let others in asks first what is wrong. Every fault that an app can have is planted in one app or
 * another, and `sekisho check` finds exactly those; of the careful app it finds nothing. It only asks what is on its list.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { workerSteps } from '../../src/app/find-risks.ts'
import type { AppEvidence } from '../../src/check/app-evidence.ts'
import { checks } from '../../src/check/checks/index.ts'
import { lookAtApp } from '../../src/check/look-at-app.ts'
import { makeReport, type Report } from '../../src/check/report.ts'
import { defaultPairs, requests } from '../../src/check/requests.ts'
import { startGateHere } from '../rig/gate-here.ts'
import { startRecordingRelay, type RecordingRelay } from '../rig/recording-relay.ts'
import { startTestApp, type GradioApp, type TestApp } from '../rig/test-app.ts'

const closers: (() => Promise<unknown>)[] = []
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sekisho-faulty-'))
  closers.push(() => rm(folder, { recursive: true }))
})
afterAll(async () => {
  for (const close of closers.reverse()) await close()
})

async function start(name: TestApp, env: Record<string, string> = {}): Promise<GradioApp> {
  const app = await startTestApp(name, { env: { FAULTY_FOLDER: folder, ...env } })
  closers.push(() => app.stop())
  return app
}

function look(url: string, tryDefaultCredentials = false): Promise<AppEvidence> {
  return lookAtApp(new URL(url), { gated: false, tryDefaultCredentials, now: () => Date.now() })
}

function reportOf(app: AppEvidence): Report {
  return makeReport({ url: app.url, app, gate: undefined, now: Date.now() }, [])
}

function idsOf({ findings }: Report): readonly string[] {
  return findings.map(({ check }) => check.id).sort()
}

function placesOf({ findings }: Report, id: string): readonly string[] {
  return findings.find(({ check }) => check.id === id)?.at ?? []
}

/** The rig runs as root in containers, and then so do its apps: that is a finding, and a right one. */
const asRoot = process.getuid?.() === 0 ? ['runs-as-root'] : []

/** What only Linux tells of a process (proc(5)). */
const fromProcess = process.platform === 'linux' ? ['cached-functions'] : []

const planted = [
  'api-docs-open',
  'batch-functions',
  ...fromProcess,
  'deep-links',
  'error-text',
  'file-explorer',
  'file-reach',
  'foreign-sites',
  'hidden-functions',
  'hidden-values',
  'mcp-open',
  'monitoring-open',
  'oauth-outside-spaces',
  'private-functions',
  'raw-html',
  'secrets-in-config',
  'unlimited-uploads',
  'unnamed-functions',
  ...asRoot,
].sort()

describe('the faulty app', () => {
  let report: Report
  beforeAll(async () => {
    const { url } = await start('faulty')
    report = reportOf(await look(url))
  })

  it('has every planted fault found and no other', () => {
    expect(idsOf(report)).toEqual(planted)
  })

  it.each([
    ['file-reach', ['app.py', '.env']],
    ['private-functions', ['keep_out']],
    ['hidden-functions', ['admin_report']],
    ['unnamed-functions', ['lambda']],
    ['batch-functions', ['together']],
    ['raw-html', ['html "Raw"', 'markdown "Unclean"']],
    ['file-explorer', ['fileexplorer "Files"']],
    ['foreign-sites', ['pages without an origin']],
    ['hidden-values', ['textbox "Hidden"']],
  ])('(%s) is found in its place', (id, places) => {
    expect(placesOf(report, id)).toEqual(places)
  })

  it('has its secrets found by kind and place, and none is told', () => {
    expect(placesOf(report, 'secrets-in-config')).toEqual([
      'textbox "Region": AWS access key in placeholder',
      'textbox "Password": a password box with a value',
      'dropdown "Database": address with a password in it in choices',
      'dropdown "Database": address with a password in it in value',
      'AWS access key in head',
    ])
    expect(JSON.stringify(report.findings.map(({ at }) => at))).not.toMatch(/planted-password|IOSFODNN7/)
  })

  it.runIf(process.platform === 'linux')(
    'has the cache found that all users share, not the other one',
    () => {
      expect(placesOf(report, 'cached-functions')).toHaveLength(1)
    },
  )
})

describe('the faulty app behind its own login', () => {
  it('has the login found, what it tells strangers, and the password that everybody knows', async () => {
    const { url } = await start('faulty', { FAULTY_AUTH: '1' })
    const shy = reportOf(await look(url))
    expect(idsOf(shy)).not.toContain('default-credentials')
    expect(shy.unseen.map(({ check }) => check.id)).toContain('default-credentials')
    const report = reportOf(await look(url, true))
    expect(idsOf(report)).toEqual(
      expect.arrayContaining(['own-login', 'login-page-tells', 'default-credentials']),
    )
    expect(placesOf(report, 'default-credentials')).toEqual(['a usual password of the name "demo"'])
  })
})

describe('faults of the launch', () => {
  it.each<[string, Record<string, string>, readonly string[]]>([
    [
      'reachable from everywhere',
      { GRADIO_SERVER_NAME: '0.0.0.0' },
      ['app-exposed', 'browser-headers', 'descriptions-open', 'server-header'],
    ],
    ['static workers', { GRADIO_NUM_WORKERS: '1' }, ['static-workers']],
    ['a server that renders', { GRADIO_SSR_MODE: 'True' }, ['server-rendering']],
    ['the common folder', { GRADIO_TEMP_DIR: '' }, ['shared-temp-folder']],
    ['reloading', { GRADIO_WATCH_DIRS: '/nonexistent' }, ['developer-modes']],
  ])('(%s) are found', async (_what, env, found) => {
    const { url } = await start('bare', { TMPDIR: folder, ...env })
    expect(idsOf(reportOf(await look(url)))).toEqual(expect.arrayContaining([...found]))
  })

  it.runIf(process.platform === 'linux')('(a share link) is found while its tunnel runs', async () => {
    const app = await start('bare')
    const sleeper = `exec -a /x/frpc_linux_amd64_v0.3 ${process.execPath} -e 'setInterval(() => 0, 1e9)' -- http -n t -l ${String(app.port)}`
    const tunnel = spawn('bash', ['-c', sleeper], { stdio: 'ignore' })
    closers.push(async () => tunnel.kill('SIGKILL'))
    await once(tunnel, 'spawn')
    await expect.poll(async () => idsOf(reportOf(await look(app.url)))).toContain('share-link')
  })
})

describe('other apps', () => {
  it('(careless) has the faults of the attack table found', async () => {
    const { url } = await start('careless')
    expect(idsOf(reportOf(await look(url)))).toEqual(
      [
        'error-text',
        'file-explorer',
        'hidden-functions',
        'hidden-values',
        'mcp-open',
        'monitoring-open',
        'private-functions',
        'secrets-in-config',
        'unlimited-uploads',
        ...asRoot,
      ].sort(),
    )
  })

  it('(careful) has none', async () => {
    const { url } = await start('careful')
    const report = reportOf(await look(url))
    expect(idsOf(report)).toEqual(asRoot)
    if (process.platform === 'linux') expect(report.unseen).toEqual([])
  })

  it('(the demo) lacks a limit for uploads, which the gate has', async () => {
    const { url } = await start('demo')
    expect(idsOf(reportOf(await look(url)))).toEqual([...asRoot, 'unlimited-uploads'].sort())
  })

  it('(behind the gate) shows nothing to strangers', async () => {
    const { url } = await start('faulty')
    await using gate = await startGateHere({ upstream: url, config: { acceptRisks: ['app-exposed'] } })
    const seen = await look(gate.url)
    expect(seen.front).toBe('gate')
    expect(idsOf(reportOf(seen))).toEqual([])
  })
})

describe('requests', () => {
  let app: GradioApp
  let relay: RecordingRelay
  const behind: string[] = []
  beforeAll(async () => {
    app = await start('faulty', { FAULTY_AUTH: '1' })
    const set = await startRelayWithNeighbours(app.port, (line) => void behind.push(line))
    relay = set.relay
    closers.push(set.close)
  })

  // A body ends where the next request begins, without a line between.
  const sent = () =>
    relay.sent().flatMap((bytes) => bytes.toString('latin1').match(/[A-Z]+ \S+(?= HTTP\/1\.1\r)/g) ?? [])
  const listed = Array.from(requests.values(), ({ method, path: target }) => `${method} ${target}`)

  it('are those of the list, each once, and nothing else', async () => {
    relay.clear()
    await look(relay.url)
    expect(sent()).toEqual(listed)
    expect(behind.sort()).toEqual(workerSteps.map((step) => `+${String(step)} GET /openapi.json`))
  })

  it('and a dozen logins where they were asked for', async () => {
    relay.clear()
    await look(relay.url, true)
    expect(sent()).toEqual([...listed, ...defaultPairs.map(() => 'POST /login')])
    expect(defaultPairs.length).toBeLessThanOrEqual(12)
  })

  it('change nothing: only logins are no GET or HEAD', () => {
    expect(new Set(Array.from(requests.values(), ({ method }) => method))).toEqual(new Set(['GET', 'HEAD']))
  })
})

/** A relay whose next ports are ours as well, so that what is asked there is seen. */
async function startRelayWithNeighbours(target: number, note: (line: string) => void) {
  for (let triesLeft = 20; triesLeft > 0; triesLeft--) {
    const relay = await startRecordingRelay(target)
    const servers = await Promise.all(
      workerSteps.map((step) => listenAt(relay.port + step, (line) => note(`+${String(step)} ${line}`))),
    )
    const close = async () => {
      await relay.close()
      for (const server of servers) server?.close()
    }
    if (!servers.includes(undefined)) return { relay, close }
    await close()
  }
  throw new TypeError('no five ports in a row are free')
}

function listenAt(port: number, note: (line: string) => void): Promise<Server | undefined> {
  const server = createServer((request, response) => {
    note(`${request.method ?? ''} ${request.url ?? ''}`)
    response.writeHead(404, { connection: 'close' }).end()
  })
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

it('every check of the app was found by one of these apps, or by its own test', () => {
  const shown = new Set([
    ...planted,
    ...['own-login', 'login-page-tells', 'default-credentials', 'share-link', 'static-workers'],
    ...['server-rendering', 'shared-temp-folder', 'developer-modes'],
    ...['app-exposed', 'browser-headers', 'descriptions-open', 'server-header'],
  ])
  const others = checks.filter(({ id, about }) => about === 'app' && !shown.has(id)).map(({ id }) => id)
  // They need another machine, another Gradio or another user.
  const elsewhere = [
    'plain-http',
    'gradio-unknown',
    'known-advisories',
    'open-temp-folder',
    'runs-as-root',
    'cached-functions',
  ]
  expect(others.filter((id) => !elsewhere.includes(id))).toEqual([])
})

/** `sekisho check` as a process: forms, thresholds, exit codes; and that it makes nothing. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startUpstream, type Upstream } from '../../../test/upstreams/start-upstream.ts'
import { checks } from '../../check/checks/index.ts'
import { defaultPairs, requests } from '../../check/requests.ts'

// Each test starts processes, on machines where two cores serve many.
vi.setConfig({ testTimeout: 60_000 })

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))
const secret = 'planted-s3cret'
const components = [
  { id: 1, type: 'textbox', props: { type: 'password', value: secret, label: 'Key\u001b[2J' } },
]
const config = { version: '6.31.0', components, dependencies: [], show_error: true }

let app: Upstream
let home = ''
beforeAll(async () => {
  app = await startUpstream(({ target }, _message, response) => {
    if (target === '/config') response.end(JSON.stringify(config))
    else if (target === '/') response.end('<script>window.gradio_config = {}</script>')
    else response.writeHead(404).end()
  })
})
afterAll(() => app.close())
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sekisho-check-cli-'))
})
afterEach(() => rm(home, { recursive: true }))

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function run(...args: readonly string[]): Promise<Ran> {
  const env = { PATH: process.env['PATH'], HOME: home, NODE_NO_WARNINGS: '1' }
  const child = spawn(process.execPath, [cli, 'check', ...args], { cwd: home, env })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  child.stdin.end()
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
  })
}

describe('findings', () => {
  test('are printed with their remedy, end with 3, and leave nothing behind', async () => {
    const { code, out, err } = await run(app.url.href)
    expect([code, err]).toEqual([3, ''])
    expect(out).toContain('secrets-in-config: Secrets stand in the configuration')
    expect(out).toContain('Remedy:')
    expect(await readdir(home)).toEqual([])
  })

  test('tell no secret, and nothing of the app moves the cursor', async () => {
    const { out } = await run(app.url.href, '--all')
    expect(out).toContain('"Key\\u001b[2J": a password box with a value')
    expect(out).not.toContain('\u001b')
    expect(out).not.toContain(secret)
  })

  test.each([
    [['--fail-on', 'never'], 0],
    [['--accept', 'secrets-in-config'], 0],
    [['--accept', 'secrets-in-config', '--fail-on', 'medium'], 3],
  ])('%j ends with %i', async (options, code) => {
    expect((await run(app.url.href, ...options)).code).toBe(code)
  })

  test('as JSON are one object, with every check in it', async () => {
    const { code, out } = await run(app.url.href, '--json')
    expect(code).toBe(3)
    const report = JSON.parse(out) as {
      findings: { id: string; accepted: boolean }[]
      passed: string[]
      unseen: { id: string }[]
    }
    const ids = [...report.findings, ...report.unseen].map(({ id }) => id).concat(report.passed)
    expect(ids.sort()).toEqual(
      checks
        .filter(({ about }) => about === 'app')
        .map(({ id }) => id)
        .sort(),
    )
  })

  test('as SARIF carry the version of the standard', async () => {
    const { code, out } = await run(app.url.href, '--sarif')
    expect(code).toBe(3)
    expect(JSON.parse(out)).toMatchObject({
      version: '2.1.0',
      runs: [{ tool: { driver: { name: 'sekisho' } } }],
    })
  })
})

describe('with a configuration', () => {
  test('the gate is looked at too, and an app that is away makes no clean bill', async () => {
    await writeFile(join(home, 'sekisho.yaml'), 'upstream: http://127.0.0.1:1\naccept_risks: [ssr]\n')
    const { code, out } = await run()
    expect(code).toBe(1)
    expect(out).toContain('The app was not looked at: Nothing answers')
    expect(out).toContain('gate-accepted-risks')
    expect(out).toContain('Ways in')
    expect(await readdir(home)).toEqual(['sekisho.yaml'])
  })

  test('findings count more than an app that is away', async () => {
    await writeFile(join(home, 'sekisho.yaml'), 'upstream: http://127.0.0.1:1\naccept_risks: [ssr]\n')
    expect((await run('--fail-on', 'medium')).code).toBe(3)
  })

  test('an empty state folder is no gate that has run', async () => {
    await mkdir(join(home, 'state'), { mode: 0o700 })
    const { out } = await run(app.url.href, '--state-dir', 'state', '--all')
    expect(out).toContain('gate-key: no gate has run yet')
    expect(await readdir(join(home, 'state'))).toEqual([])
  })
})

describe('the list of requests', () => {
  test('is printed and nothing is sent', async () => {
    const before = app.reached.length
    const { code, out } = await run('--list-requests')
    expect(code).toBe(0)
    expect(out.trim().split('\n')).toHaveLength(requests.size + 3)
    expect(out).toContain(
      `POST /login, ${String(defaultPairs.length)} times, with --try-default-credentials only`,
    )
    expect(app.reached.length).toBe(before)
  })
})

describe('what can not be', () => {
  test.each<[string, readonly string[], number, string]>([
    ['two forms', ['http://127.0.0.1:1', '--json', '--sarif'], 2, '--json and --sarif exclude each other'],
    [
      'an unknown severity',
      ['--fail-on', 'bad'],
      2,
      '--fail-on: found "bad"; allowed is high, medium, low, never.',
    ],
    ['an unknown check', ['--accept', 'mcp'], 2, '--accept: found "mcp"; allowed is the name of a check'],
    ['nobody there', ['http://127.0.0.1:1'], 1, 'Nothing answers at the address of the app.'],
    ['a state, but no app', ['--state-dir', 'a', '--key-file', 'b'], 2, 'which app?'],
    ['no address', ['localhost:7860'], 2, 'allowed is the URL of the app'],
  ])('(%s) is said in words', async (_what, args, code, words) => {
    const ran = await run(...args)
    expect([ran.code, ran.out]).toEqual([code, ''])
    expect(ran.err).toContain(words)
  })

  test('(no Gradio) is said in words', async () => {
    const other = await startUpstream((_request, _message, response) => void response.end('<html></html>'))
    const { code, err } = await run(other.url.href)
    await other.close()
    expect(code).toBe(2)
    expect(err).toContain('neither a Gradio app nor a login in front of one')
  })
})

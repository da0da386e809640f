/**
 * The story: the machine is lost, and the gate comes back from a backup on an empty one. Somebody waits for that day with
 * the cookie of a session that was ended long ago: in the backup it is still open. Everybody who knows the password gets
 * in again, and the cookie opens nothing.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cliEntry, startGate, type GateProcess } from '../../scripts/gate-process.ts'
import { tryToLogIn, type LoginOutcome } from '../rig/log-in.ts'
import { startTestGate, testPassword } from '../rig/test-gate.ts'
import { useApp } from './targets.ts'

const app = useApp('careless')
let home: string
let gate: GateProcess
/** Of somebody who was signed in when the backup was made. */
let before: Extract<LoginOutcome, { kind: 'in' }>
let restored: Ran

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A command on the empty machine: nothing of this one's home, nothing but what an operator would type. */
async function run(typed: readonly string[], input = ''): Promise<Ran> {
  const child = spawn(process.execPath, [...cliEntry(), ...typed], {
    cwd: home,
    env: { PATH: process.env['PATH'], HOME: home, NODE_NO_WARNINGS: '1' },
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  child.stdin.on('error', () => undefined).end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

const read = (cookie: string) => fetch(`${gate.url}/config`, { headers: { cookie } })

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'sekisho-empty-'))
  const file = path.join(home, 'sekisho.age')
  const first = await startTestGate({ upstream: app().url })
  try {
    const outcome = await tryToLogIn({ url: first.url, password: testPassword })
    if (outcome.kind !== 'in') throw new Error(`no login: ${outcome.kind}`)
    before = outcome
    const made = await first.cli('backup', file, '--generate', '--json')
    const { passphrase } = JSON.parse(made.stdout) as { passphrase: string }
    // The gate ran on.
    const still = await fetch(`${first.url}/config`, { headers: { cookie: before.cookie } })
    expect(still.status).toBe(200)
    await first.cli('session', 'end', '--all')
    restored = await run(['restore', file, '--passphrase-stdin', '--upstream', app().url], `${passphrase}\n`)
  } finally {
    await first.stop()
  }
  gate = await startOnThisMachine()
})

/** As on any machine, by default places under HOME. */
async function startOnThisMachine(): Promise<GateProcess> {
  const [folder = ''] = await readdir(path.join(home, '.local/state/sekisho'))
  const places = [
    ...['--state-dir', path.join(home, '.local/state/sekisho', folder)],
    ...['--key-file', path.join(home, '.config/sekisho', `${folder}.key`)],
  ]
  return startGate({ upstream: app().url, home, args: places })
}

afterAll(async () => {
  await gate.stop()
  await rm(home, { recursive: true, force: true, maxRetries: 3 })
})

describe('after a restore on an empty machine', () => {
  it('the command says what is back, what has ended and what to do next', () => {
    expect([restored.code, restored.out]).toEqual([0, ''])
    expect(restored.err).toMatch(/^Restored: the backup made 20.*Every session has ended \(1\)/s)
    expect(restored.err).toMatch(/revoked API tokens.*Not in a backup: sekisho\.yaml/s)
  })

  it('the old session is over', async () => {
    expect((await read(before.cookie)).status).toBe(401)
  })

  it('the password opens, another one does not', async () => {
    expect((await tryToLogIn({ url: gate.url, password: 'a password of somebody else' })).kind).toBe(
      'wrong-password',
    )
    const outcome = await tryToLogIn({ url: gate.url, password: testPassword })
    expect(outcome.kind).toBe('in')
    if (outcome.kind === 'in') expect((await read(outcome.cookie)).status).toBe(200)
  })

  it('a browser that was known still is: it waits for no stranger', async () => {
    const asStranger = () => tryToLogIn({ url: gate.url, password: 'a password of somebody else' })
    let outcome = await asStranger()
    for (let left = 20; outcome.kind !== 'refused' && left > 0; left -= 1) outcome = await asStranger()
    expect(outcome).toMatchObject({ kind: 'refused', step: 'start', status: 429 })
    const known = before.setCookies.map((line) => line.split(';')[0] ?? '').filter((one) => /known/.test(one))
    expect(known).toHaveLength(1)
    const back = await tryToLogIn({
      url: gate.url,
      password: testPassword,
      headers: { cookie: known.join('; ') },
    })
    expect(back.kind).toBe('in')
  })

  it('the log says that the earlier segments are elsewhere, and cries no wolf', async () => {
    const { code, err } = await run(['audit', 'verify'])
    expect(code).toBe(0)
    expect(err).toMatch(/restored from the backup .*earlier segments are not here.*The audit log is intact/s)
  })
})

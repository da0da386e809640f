/**
 * The story: after an attack the operator looks for traces, and there are none; or the logs themselves hold what opens
 * somebody's session to whoever may read them. At the gate each failed login is on record, and no record holds a secret.
 */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../rig/ask.ts'
import { startTestGate, type TestGate } from '../rig/test-gate.ts'
import { startWireTap } from '../rig/wire-tap.ts'
import { callFunction, openEventsOf, uploadFile } from '../rig/use-app.ts'
import { gateDoor, gradioDoor, type Door } from './doors.ts'
import { readAll } from './read-all.ts'
import { useApp, useAppWithAuth } from './targets.ts'

const withAuth = useAppWithAuth()
const bare = useApp('careless')
let gate: TestGate
/** Of a busy machine. */
const patient = { timeout: 30_000 }

beforeAll(async () => {
  gate = await startTestGate({ upstream: bare().url })
})
afterAll(() => gate.stop())

/** All that the gate has written: its audit files and what it printed. */
async function gateLogs(): Promise<string> {
  return `${await readAll(path.join(gate.home, 'state', 'audit'))}\n${gate.process.output()}`
}

describe('1.10 failed logins leave no trace in any log', () => {
  /** Lines that came into the logs while somebody failed to sign in five times. */
  async function failToSignIn(door: Door, logs: () => Promise<string> | string): Promise<readonly string[]> {
    const before = new Set((await logs()).split('\n'))
    for (let attempt = 1; attempt <= 3; attempt++) {
      await door.knock({ user: 'admin', password: `wrong-guess-number-${String(attempt)}` })
    }
    // A request that is answered after them: what a failed login prints is printed by now.
    await ask(door.url, '/robots.txt')
    return (await logs()).split('\n').filter((line) => line.trim() !== '' && !before.has(line))
  }

  it('succeeds on auth=: nothing at all is printed', async () => {
    const app = withAuth()
    expect(await failToSignIn(gradioDoor(app.url), () => app.process.output())).toEqual([])
  })

  it('is blocked by the gate: each attempt is on record', async () => {
    const lines = await failToSignIn(gateDoor(gate.url), gateLogs)
    expect(lines.filter((line) => line.includes('"kind":"login.started"'))).toHaveLength(3)
  })
})

describe('6.13 logs hold session hashes or auth material', () => {
  /** Which of the secrets stand in what was written, as they are or percent-encoded. */
  function findSecrets(written: string, secrets: Readonly<Record<string, string>>): readonly string[] {
    const found = Object.entries(secrets).filter(
      ([, secret]) => written.includes(secret) || written.includes(encodeURIComponent(secret)),
    )
    return found.map(([name]) => name)
  }

  const session_hash = 'victims0session1hash'

  /** An ordinary visit: page, upload, a call with its stream, a file, a refused request. Answers what must stay secret. */
  async function visit(url: string, cookie: string): Promise<Record<string, string>> {
    const headers = { cookie }
    await ask(url, '/', { headers })
    const uploaded = await uploadFile(url, 'salaries-of-2026.txt', 'a private line', headers)
    await callFunction(url, 'predict', ['argument-of-the-victim'], { headers, session_hash })
    await openEventsOf(url, session_hash, headers)
    const file = `/gradio_api/file=${uploaded}`
    expect((await ask(url, file, { headers })).body).toBe('a private line')
    await ask(url, `/gradio_api/heartbeat/${session_hash}`, { headers, headOnly: true })
    await ask(url, `/gradio_api/queue/data/${session_hash}`, { headers })
    await ask(url, `/gradio_api/stream/${session_hash}/0/1/x.exe`, { headers })
    await ask(url, `/monitoring/${session_hash}`, { headers })
    const parts = Object.fromEntries(
      cookie.split('; ').map((one, at) => [`cookie ${String(at)}`, one.slice(one.indexOf('=') + 1)]),
    )
    return {
      session_hash,
      file: uploaded,
      'file name': 'salaries-of-2026',
      argument: 'argument-of-the-victim',
      ...parts,
    }
  }

  it('succeeds on an ordinary access log, which is the request lines', async () => {
    const tap = await startWireTap(bare().url)
    const secrets = await visit(tap.url, 'some-cookie=that-opens')
    await tap.stop()
    const lines = tap.sent.match(/^[A-Z]+ \S+ HTTP\/1\.1/gm)?.join('\n') ?? ''
    expect(findSecrets(lines, secrets)).toEqual(['session_hash', 'file', 'file name'])
  })

  it('is blocked by the gate: nothing of it is in the audit files or in what the gate prints', async () => {
    const tap = await startWireTap(gate.url)
    const { password } = gate
    const knock = await gateDoor(tap.url).knock({ password })
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    const secrets = await visit(tap.url, knock.cookie)
    await ask(gate.url, `/gradio_api/queue/data?session_hash=${session_hash}`, {
      headers: { 'user-agent': 'stranger' },
    })
    await tap.stop()
    const login = Object.fromEntries(
      [...tap.sent.matchAll(/"(startLoginRequest|finishLoginRequest|state)":"([^"]+)"/g)].map(
        ([, name = '', value = '']) => [name, value],
      ),
    )
    expect(Object.keys(login).sort()).toEqual(['finishLoginRequest', 'startLoginRequest', 'state'])
    // The observer of the wire would find them all, so the search is able to.
    expect(findSecrets(tap.sent, { ...secrets, ...login })).toHaveLength(
      Object.keys({ ...secrets, ...login }).length,
    )
    await expect.poll(gateLogs, patient).toContain('"entry":"closed.monitoring.below"')
    await gate.restart()
    const logs = await gateLogs()
    expect(logs).toContain('"entry":"session.hold"')
    expect(logs).toContain('"kind":"gate.stopped"')
    expect(findSecrets(logs, { ...secrets, ...login, password })).toEqual([])
  })
})

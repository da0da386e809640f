/**
 * The story: a session is stolen once and used for as long as it lives. With `auth=` that is until the app restarts,
 * whatever its owner does. At the gate it dies with inactivity, with the day, and with its owner's logout, and what was
 * open in its name is cut.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { ask, askJson } from '../rig/ask.ts'
import { startGateHere, type GateHere } from '../rig/gate-here.ts'
import { gateDoor, gradioDoor, type Credentials, type Door } from './doors.ts'
import { canary, useApp, useAppWithAuth } from './targets.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'sekisho-clock-'))
const clockFile = path.join(folder, 'seconds')
afterAll(() => rm(folder, { recursive: true, force: true }))

const withAuth = useAppWithAuth({ clockFile })
const bare = useApp('careless')
const bob = { user: 'bob', password: 'bobpw' }
const minute = 60_000
const day = 24 * 60 * minute

/** Takes a copy of the cookies of a session that the user goes on using. */
async function steal(door: Door, credentials: Credentials): Promise<string> {
  const knock = await door.knock(credentials)
  return knock.kind === 'in' ? knock.cookie : expect.fail(knock.kind)
}

/** What the thief gets with the copy. */
async function use(url: string, cookie: string): Promise<boolean> {
  return (await ask(url, '/config', { headers: { cookie, 'user-agent': 'thief/1.0' } })).body.includes(canary)
}

const moveGate = (gate: GateHere, ms: number) => {
  gate.clock.advance(ms)
}

describe('3.05 stolen session works long after', () => {
  it('succeeds on auth=: thirty days later', async () => {
    const { url } = withAuth()
    const stolen = await steal(gradioDoor(url), bob)
    expect(await use(url, stolen)).toBe(true)
    writeFileSync(clockFile, String(30 * 24 * 3600))
    // The server's own Date field tells that its time has moved.
    await expect
      .poll(async () => Date.parse(String((await ask(url, '/robots.txt')).headers.date)) - Date.now(), {
        timeout: 30_000,
      })
      .toBeGreaterThan(29 * day)
    expect(await use(url, stolen)).toBe(true)
  })

  it('is blocked by the gate: thirty days later, and a day later whatever was done in it', async () => {
    await using gate = await startGateHere({ upstream: bare().url })
    const stolen = await steal(gateDoor(gate.url), gate)
    for (let passed = 0; passed < day; passed += 30 * minute) {
      expect(await use(gate.url, stolen)).toBe(true)
      moveGate(gate, 30 * minute)
    }
    expect(await use(gate.url, stolen)).toBe(false)
    moveGate(gate, 29 * day)
    expect(await use(gate.url, stolen)).toBe(false)
  })

  it('is blocked by the gate: an hour without activity ends it, and polls and heartbeats are no activity', async () => {
    await using gate = await startGateHere({ upstream: bare().url })
    const stolen = await steal(gateDoor(gate.url), gate)
    const headers = { cookie: stolen }
    const polls = [
      paths.session,
      '/gradio_api/app_id',
      '/gradio_api/login_check',
      '/theme.css',
      '/gradio_api/user',
    ]
    for (let passed = 0; passed < 60 * minute; passed += 10 * minute) {
      for (const poll of polls) expect((await ask(gate.url, poll, { headers })).status, poll).toBe(200)
      await ask(gate.url, '/gradio_api/heartbeat/abc', { headers, headOnly: true })
      await ask(gate.url, '/gradio_api/queue/data?session_hash=abc', { headers, headOnly: true })
      moveGate(gate, 10 * minute)
    }
    expect(await use(gate.url, stolen)).toBe(false)
    // Gradio's page reloads for as long as app_id answers.
    expect((await ask(gate.url, '/gradio_api/app_id', { headers })).status).toBe(401)
  })

  it('is blocked by the gate: a stream that is open in its name is cut when it ends', async () => {
    await using gate = await startGateHere({ upstream: bare().url })
    const cookie = await steal(gateDoor(gate.url), gate)
    const stream = await fetch(`${gate.url}/gradio_api/heartbeat/abcdef`, { headers: { cookie } })
    expect(stream.status).toBe(200)
    moveGate(gate, 2 * day)
    // The connection is closed in the middle of the body, so that nobody takes it for a whole one.
    await expect(stream.text()).rejects.toThrow()
  })

  it('is blocked by the gate: a restart does not bring it back', async () => {
    await using gate = await startGateHere({ upstream: bare().url })
    const stolen = await steal(gateDoor(gate.url), gate)
    await gate.restart()
    expect(await use(gate.url, stolen)).toBe(true)
    moveGate(gate, 61 * minute)
    await gate.restart()
    expect(await use(gate.url, stolen)).toBe(false)
  })
})

const logOutOfGate = (gate: GateHere, cookie: string) =>
  ask(gate.url, paths.logout, { method: 'POST', headers: { cookie, origin: gate.url } })

describe('3.08 stolen session still works after the user logged out', () => {
  it('stays blocked at auth=', async () => {
    const { url } = withAuth()
    const stolen = await steal(gradioDoor(url), bob)
    await ask(url, '/logout', { headers: { cookie: stolen } })
    expect(await use(url, stolen)).toBe(false)
  })

  it('stays blocked by the gate, where the open streams end with it', async () => {
    await using gate = await startGateHere({ upstream: bare().url })
    const stolen = await steal(gateDoor(gate.url), gate)
    const stream = await fetch(`${gate.url}/gradio_api/heartbeat/abcdef`, { headers: { cookie: stolen } })
    expect(await use(gate.url, stolen)).toBe(true)
    expect((await logOutOfGate(gate, stolen)).status).toBe(204)
    expect(await use(gate.url, stolen)).toBe(false)
    await expect(stream.text()).rejects.toThrow()
    const feed = { data: ['x'], fn_index: 0, session_hash: 'abcdef' }
    const late = await askJson(gate.url, '/gradio_api/queue/join', feed, { headers: { cookie: stolen } })
    expect(late.status).toBe(401)
  })
})

describe('3.09 stolen session still works after logout of one session only', () => {
  it('succeeds on auth= over plain http', async () => {
    const { url } = withAuth()
    const stolen = await steal(gradioDoor(url), bob)
    // Over plain http a browser sends the cookie that isn't Secure, and only that one.
    const sent = stolen
      .split('; ')
      .filter((one) => one.includes('unsecure'))
      .join('; ')
    await ask(url, '/logout?all_session=false', { headers: { cookie: sent } })
    expect(await use(url, stolen)).toBe(true)
  })

  it("is blocked by the gate, where a logout ends this session and no other browser's", async () => {
    await using gate = await startGateHere({ upstream: bare().url })
    const stolen = await steal(gateDoor(gate.url), gate)
    const elsewhere = await steal(gateDoor(gate.url), gate)
    await logOutOfGate(gate, stolen)
    expect(await use(gate.url, stolen)).toBe(false)
    expect(await use(gate.url, elsewhere)).toBe(true)
  })
})

/**
 * The story: slowhttptest holds as many connections as it can in its four ways, by dripping a header or a body, by reading next to
 * nothing of a large file, by asking for a thousand pieces of one. An app that waits for its clients keeps them; the gate hangs
 * up, and everybody else is served meanwhile. The same with 2,000 connections each: `npm run bench:slow`.
 */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHonestUser, type HonestTally } from '../rig/honest-user.ts'
import { countSockets } from '../rig/open-sockets.ts'
import { startSlowAttack, type SlowAttack } from '../rig/slow-attack.ts'
import { startTestApp, type GradioApp } from '../rig/test-app.ts'
import { startTestGate, type TestGate } from '../rig/test-gate.ts'
import { readAuditRecords } from './audit-records.ts'

const connections = 150
/** Much longer than anybody has patience; they are stopped when the gate has hung up on all. */
const seconds = 600
const singles = 40
/** What those who are served have open at a time, at the gate and at the app. */
const ofOthers = 20

let app: GradioApp
let gate: TestGate
let user: ReturnType<typeof startHonestUser>
let honest: HonestTally
const before = { app: 0, gate: 0 }
const attacks: SlowAttack[] = []

/** Beyond those before, and those of others. */
const heldBy = {
  app: () => countSockets(app.process.pid) - before.app - ofOthers,
  gate: () => countSockets(gate.process.pid) - before.gate - ofOthers,
}

beforeAll(async () => {
  app = await startTestApp('careless')
  gate = await startTestGate({
    upstream: app.url,
    config: `audit: { stranger_records_per_hour: ${String(singles)} }`,
  })
  const { stdout } = await gate.cli('token', 'create', '--json', '--name', 'honest')
  const { token } = JSON.parse(stdout) as { readonly token: string }
  before.app = countSockets(app.process.pid)
  before.gate = countSockets(gate.process.pid)
  user = startHonestUser({ url: gate.url, token, call: { path: '/gradio_api/run/predict', data: ['x'] } })
})

afterAll(async () => {
  await Promise.all(attacks.map((attack) => attack.stop()))
  await user.stop()
  await gate.stop()
  await app.stop()
})

describe('hold connections by being slow', () => {
  it('succeeds on the bare app: it keeps dripped headers and bodies for as long as the attacker likes', async () => {
    const bare = { url: app.url, connections, seconds }
    attacks.push(await startSlowAttack({ ...bare, way: 'header', target: '/' }))
    attacks.push(await startSlowAttack({ ...bare, way: 'body', target: '/gradio_api/run/predict' }))
    // More than either alone.
    const held = 1.5 * connections
    await expect.poll(heldBy.app, { timeout: 60_000 }).toBeGreaterThan(held)
    for (const way of ['header', 'body', 'read', 'range'] as const) {
      attacks.push(await startSlowAttack({ url: gate.url, connections, seconds, way }))
    }
    await expect.poll(heldBy.gate, { timeout: 60_000 }).toBeGreaterThan(connections / 2)
    await expect.poll(heldBy.gate, { timeout: 150_000, interval: 500 }).toBeLessThanOrEqual(0)
    // By then the gate has hung up on all of the same, which began later.
    expect(heldBy.app()).toBeGreaterThan(held)
  }, 300_000)

  it('is blocked by the gate, and everybody else is served all the while', async () => {
    // The attackers are still at it.
    expect(heldBy.gate()).toBeLessThanOrEqual(0)
    honest = await user.stop()
    expect(honest.failures).toEqual([])
    expect(honest.asked).toBeGreaterThan(20)
  })

  it('nothing is left of it', async () => {
    await Promise.all(attacks.map((attack) => attack.stop()))
    const left = () => countSockets(gate.process.pid) - before.gate
    await expect.poll(left, { timeout: 60_000 }).toBeLessThanOrEqual(0)
  })

  it('is on record, and the log isn’t full of it', async () => {
    await gate.restart()
    const records = await readAuditRecords(path.join(gate.home, 'state', 'audit'))
    const refused = records.filter(({ kind }) => kind === 'request.refused')
    const summaries = records.filter(({ what }) => what === 'refused')
    // The budget grows again while it lasts.
    expect(refused.length).toBeLessThanOrEqual(singles + 10)
    const all = refused.length + summaries.reduce((sum, { count = 0 }) => sum + count, 0)
    // Each header and each body, at least.
    expect(all).toBeGreaterThanOrEqual(2 * connections)
    expect(summaries.length).toBeLessThan(60)
  })
})

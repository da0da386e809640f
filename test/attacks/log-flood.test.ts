/**
 * The story: a stranger sends refused requests by the thousand, to fill the disk with their records or to bury the one
 * that matters. Strangers' refusals have a budget; beyond it they are counted, and the count is on record.
 */
import { readdir, stat } from 'node:fs/promises'
import { Agent } from 'node:http'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask } from '../rig/ask.ts'
import { startGateHere, type GateHere } from '../rig/gate-here.ts'
import { rawRequest, sendRaw } from '../rig/raw-http.ts'
import { readAuditRecords } from './audit-records.ts'
import { gateDoor } from './doors.ts'
import { useApp } from './targets.ts'

const app = useApp('careless')
const requests = 3_000

async function bytesIn(folder: string): Promise<number> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'))
  const sizes = await Promise.all(files.map(async (name) => (await stat(path.join(folder, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Refused requests of a stranger, over connections that stay open; everything in them as long as it may be. */
async function floodWithRefusals(gate: GateHere): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 })
  const ask3000 = Array.from({ length: requests }, async (_, at) => {
    const headers = { 'user-agent': `flood ${String(at)} ${'x'.repeat(2_000)}` }
    const { status } = await ask(gate.url, `/no-such-path-${String(at)}`, { agent, headers })
    expect(status).toBe(401)
  })
  await Promise.all(ask3000)
  agent.destroy()
}

describe('a flood of refused requests', () => {
  it(`of ${String(requests)} grows the log by less than 600 KB, and all of them are accounted for`, async () => {
    await using gate = await startGateHere({ upstream: app().url })
    const before = await bytesIn(gate.auditDir)
    await floodWithRefusals(gate)
    // Summaries are written by the minute; the gate's end writes what is left.
    gate.clock.advance(61_000)
    await gate.restart()
    expect((await bytesIn(gate.auditDir)) - before).toBeLessThan(600_000)
    const records = await readAuditRecords(gate.auditDir)
    const single = records.filter(({ kind, code }) => kind === 'request.refused' && code === 'login-required')
    const counted = records
      .filter(({ kind, code }) => kind === 'audit.summarised' && code === 'login-required')
      .reduce((sum, { count = 0 }) => sum + count, 0)
    expect(single.length + counted).toBe(requests)
    expect(counted).toBeGreaterThan(requests / 2)
  })

  it('does not keep a record of somebody signed in out of the log', async () => {
    await using gate = await startGateHere({ upstream: app().url })
    await floodWithRefusals(gate)
    const knock = await gateDoor(gate.url).knock(gate)
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    expect((await ask(gate.url, '/monitoring', { headers: { cookie: knock.cookie } })).status).toBe(404)
    const records = await readAuditRecords(gate.auditDir)
    expect(records.map(({ kind }) => kind)).toContain('login.succeeded')
    expect(records.map(({ code }) => code)).toContain('route-closed')
  })
})

describe('a forged record', () => {
  it('can not be made by what a request says: line ends, quotes and terminal codes become harmless', async () => {
    await using gate = await startGateHere({ upstream: app().url })
    const forged = '{"mac":"x","record":{"kind":"login.succeeded"}}'
    const agents = [
      `a\\n${forged}`,
      `a"}}\\u000a${forged}`,
      `\x1b]0;owned\x07`,
      `a\x9b31m${forged}`,
      '\u00e2\u0080\u00ae evil',
    ]
    for (const name of agents) {
      const headers = [`User-Agent: ${name}`, 'Connection: close']
      await sendRaw(gate.port, rawRequest('GET /no-such-path', headers))
    }
    await gate.restart()
    const records = await readAuditRecords(gate.auditDir)
    expect(records.filter(({ kind }) => kind === 'request.refused').length).toBeGreaterThan(0)
    expect(records.map(({ kind }) => kind)).not.toContain('login.succeeded')
  })
})

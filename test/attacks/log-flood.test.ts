/**
 * The story: a stranger sends refused requests by the thousand, to fill the disk with their records or to bury the one
 * that matters; or somebody who overheard a signed one sends that. Such refusals have a budget; beyond it they are counted, and the
 * count is on record.
 */
import { readdir, stat } from 'node:fs/promises'
import { Agent } from 'node:http'
import path from 'node:path'
import { ready } from '@serenity-kit/opaque'
import { describe, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { ask, askJson } from '../rig/ask.ts'
import { startGateHere, type GateHere } from '../rig/gate-here.ts'
import { beginProof } from '../rig/opaque-client.ts'
import { rawRequest, sendRaw } from '../rig/raw-http.ts'
import { findSigner } from '../rig/signer.ts'
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

interface Flood {
  readonly path: (at: number) => string
  readonly body?: string
  readonly headers?: (gate: GateHere) => Promise<Readonly<Record<string, string>>>
  readonly status: number
  /** The kind of its single records, and the code or kind that summaries are made by. */
  readonly kind: string
}

const call = JSON.stringify({ data: ['x'], fn_index: 0, session_hash: 'overheard' })

/** A call as it went over the wire once, with all that proves it. */
async function overhear(gate: GateHere): Promise<Readonly<Record<string, string>>> {
  const knock = await gateDoor(gate.url).knock(gate)
  if (knock.kind !== 'in') return expect.fail(knock.kind)
  const { cookie } = knock
  const { url } = gate
  const signer = findSigner(url, cookie) ?? expect.fail('Nobody has the key.')
  signer.hear((await ask(url, paths.challenge, { headers: { cookie }, unsigned: true })).headers)
  return {
    cookie,
    ...signer.sign({ method: 'POST', origin: url, path: '/gradio_api/queue/join', body: call }),
  }
}

/** What a stranger may send without end. Everything in it is as long as it may be. */
const floods: Readonly<Record<string, Flood>> = {
  'requests without a session': {
    path: (at) => `/no-such-path-${String(at)}`,
    status: 401,
    kind: 'request.refused',
  },
  'ambiguous requests': { path: (at) => `//${String(at)}`, status: 400, kind: 'request.refused' },
  'made-up ends of logins': {
    path: () => paths.loginFinish,
    body: JSON.stringify({ finishLoginRequest: 'A'.repeat(86), state: 'A'.repeat(400) }),
    status: 401,
    kind: 'login.refused',
  },
  'logins beyond the pace': {
    path: () => paths.loginStart,
    body: JSON.stringify({ startLoginRequest: 'A'.repeat(128) }),
    status: 429,
    kind: 'login.paced',
  },
  'copies of a signed call': {
    path: () => '/gradio_api/queue/join',
    body: call,
    headers: overhear,
    status: 401,
    kind: 'request.refused',
  },
}

const stranger: Flood = { path: () => '/no-such-path', status: 401, kind: 'request.refused' }

/** Over connections that stay open. */
async function send(flood: Flood, gate: GateHere): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 })
  const more = await flood.headers?.(gate)
  const all = Array.from({ length: requests }, async (_, at) => {
    const headers = { ...more, 'user-agent': `flood ${String(at)} ${'x'.repeat(2_000)}`, origin: gate.url }
    const path = flood.path(at)
    const { status } =
      flood.body === undefined
        ? await ask(gate.url, path, { agent, headers, unsigned: true })
        : await ask(gate.url, path, {
            agent,
            method: 'POST',
            headers: { ...headers, 'content-type': 'application/json' },
            body: flood.body,
            unsigned: true,
          })
    return status
  })
  const statuses = await Promise.all(all)
  agent.destroy()
  expect(statuses.filter((status) => status === flood.status).length).toBeGreaterThanOrEqual(requests - 5)
}

describe('a flood of refused requests', () => {
  it.each(Object.entries(floods))(
    `of ${String(requests)} %s grows the log by less than 600 KB, all accounted for`,
    async (_, flood) => {
      await using gate = await startGateHere({ upstream: app().url })
      const before = await bytesIn(gate.auditDir)
      await send(flood, gate)
      // The gate's end writes the summaries of the minute that has begun.
      await gate.restart()
      expect((await bytesIn(gate.auditDir)) - before).toBeLessThan(600_000)
      const records = await readAuditRecords(gate.auditDir)
      const single = records.filter(({ kind }) => kind === flood.kind).length
      const counted = records
        .filter(({ kind }) => kind === 'audit.summarised')
        .reduce((sum, { count = 0 }) => sum + count, 0)
      expect(single + counted).toBeGreaterThanOrEqual(requests - 5)
      expect(counted).toBeGreaterThan(requests / 2)
    },
  )

  it('does not keep a record of somebody signed in out of the log', async () => {
    await using gate = await startGateHere({ upstream: app().url })
    await send(stranger, gate)
    const knock = await gateDoor(gate.url).knock(gate)
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    expect((await ask(gate.url, '/monitoring', { headers: { cookie: knock.cookie } })).status).toBe(404)
    const records = await readAuditRecords(gate.auditDir)
    expect(records.map(({ kind }) => kind)).toContain('login.succeeded')
    expect(records.map(({ code }) => code)).toContain('route-closed')
  })

  it('of ends of no login does not keep out of the log who tries to sign in as whom', async () => {
    await using gate = await startGateHere({ upstream: app().url })
    const flood = floods['made-up ends of logins'] ?? expect.fail('no such flood')
    await send(flood, gate)
    await ready
    const message = { startLoginRequest: beginProof('a guess').startLoginRequest, username: 'alice' }
    expect((await askJson(gate.url, paths.loginStart, message)).status).toBe(200)
    await gate.restart()
    const records = await readAuditRecords(gate.auditDir)
    const started = records.filter(({ kind }) => kind === 'login.started')
    expect(started).toHaveLength(1)
    expect(started[0]).toHaveProperty('username')
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

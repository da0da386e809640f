/**
 * The story: before guessing passwords, a stranger asks who has one. A different text, another field, a longer message
 * or a step that is left out would tell. At the gate an unknown name, a wrong password, a disabled user, one who has not joined yet and a
 * login that is given up in the middle go the same way and have one shape, as a password that is set and one that isn't
 * have. (Time is not measured here: a busy machine proves nothing. See docs/bench-enumeration.md.)
 */
import { client, ready } from '@serenity-kit/opaque'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { paths, type LoginStarted } from '../../src/contract/contract.ts'
import { ask, askJson, type Asked } from '../rig/ask.ts'
import { startGateHere } from '../rig/gate-here.ts'
import { testPassword } from '../rig/test-gate.ts'
import { readAuditRecords } from './audit-records.ts'
import { useApp, useAppWithAuth, useGate, unpaced } from './targets.ts'

const withAuth = useAppWithAuth()
const article = useApp('article')
const config = { pace: unpaced }
const gate = useGate(article, { config })
const emptyGate = useGate(article, { config, password: null })
const users = useGate(article, { config })

beforeAll(async () => {
  await ready
  const { users: maker } = users()
  await maker.add('bob', testPassword)
  await maker.operator.disable(await maker.add('dan', testPassword))
  await maker.invite(await maker.add('jim'))
})

// The pace of a name is account-lockout.test.ts's affair.
beforeEach(async () => {
  for (const name of ['bob', 'mal', 'dan', 'jim']) await users().store.failures.clear(`user:${name}`)
})

/** What an answer tells apart from its values: status, header names, and the shape and length of all it holds. */
function shapeOf({ status, headers, body }: Asked): unknown {
  const names = Object.keys(headers).sort()
  return { status, names, body: shapeOfJson(JSON.parse(body)) }
}

function shapeOfJson(value: unknown): unknown {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOfJson(inner)]))
}

function askGate(url: string, at: string, body: unknown): Promise<Asked> {
  return askJson(url, at, body, { headers: { origin: url } })
}

describe('1.08 user enumeration by a different answer', () => {
  it('stays blocked at auth=: an unknown user and a wrong password read alike', async () => {
    const send = (username: string) =>
      ask(withAuth().url, '/login', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ username, password: 'wrong' }).toString(),
      })
    const [known, unknown] = [await send('admin'), await send('nobody-of-that-name')]
    expect(shapeOf(unknown)).toEqual(shapeOf(known))
  })

  it('stays blocked by the gate: the first answer is the same with a password set and without', async () => {
    const { startLoginRequest } = client.startLogin({ password: 'any-guess-at-all' })
    const set = await askGate(gate().url, paths.loginStart, { startLoginRequest })
    const unset = await askGate(emptyGate().url, paths.loginStart, { startLoginRequest })
    expect(set.status).toBe(200)
    expect(withoutStretching(shapeOf(unset))).toEqual(withoutStretching(shapeOf(set)))
  })

  it('stays blocked by the gate: the same first message asked twice gets the same element back, set or not', async () => {
    const { startLoginRequest } = client.startLogin({ password: 'any-guess-at-all' })
    for (const { url } of [gate(), emptyGate()]) {
      const [once, again] = [await elementOf(url, startLoginRequest), await elementOf(url, startLoginRequest)]
      expect(again).toBe(once)
    }
  })

  it.each([
    ['unknown', 'mal'],
    ['disabled', 'dan'],
    ['not yet joined', 'jim'],
  ])('stays blocked by the gate: a name that is %s reads like a wrong password', async (_, name) => {
    const [known, other] = [await lifeOf(users().url, 'bob'), await lifeOf(users().url, name)]
    expect(known.start.status).toBe(200)
    expect(known.finish.status).toBe(401)
    expect(withoutStretching(shapeOf(other.start))).toEqual(withoutStretching(shapeOf(known.start)))
    expect(shapeOf(other.finish)).toEqual(shapeOf(known.finish))
    expect(other.finish.body).toBe(known.finish.body)
  })

  it('stays blocked by the gate: names of every length, real or not, get a state of one length', async () => {
    const lengths = await Promise.all(
      ['bob', 'dan', 'm', 'x'.repeat(64)].map(async (name) => {
        const { body } = await startAs(users().url, name)
        const { state, loginResponse } = JSON.parse(body) as LoginStarted
        return `${String(state.length)} ${String(loginResponse.length)}`
      }),
    )
    expect(new Set(lengths).size).toBe(1)
  })

  it('stays blocked by the gate: asked twice, a name gets the same element back, and another name another', async () => {
    const { startLoginRequest } = client.startLogin({ password: 'any-guess-at-all' })
    const elements = await Promise.all(
      ['bob', 'bob', 'mal', 'mal', 'dan', 'dan'].map((name) =>
        elementOf(users().url, startLoginRequest, name),
      ),
    )
    const [bob, bobAgain, mal, malAgain, dan, danAgain] = elements
    expect([bobAgain, malAgain, danAgain]).toEqual([bob, mal, dan])
    expect(new Set(elements).size).toBe(3)
  })

  it('stays blocked by the gate: the pace of a name tells nothing, up to its end', async () => {
    await using paced = await startGateHere({ upstream: article().url, config })
    await paced.users.add('bob', testPassword)
    const answersOf = async (name: string) => {
      const answers: string[] = []
      for (let n = 0; n < 230; n++) {
        const { status, headers } = await startAs(paced.url, name)
        answers.push(`${String(status)} ${headers['retry-after'] ?? ''}`)
        paced.clock.advance(450_000)
      }
      return answers
    }
    const [known, unknown] = [await answersOf('bob'), await answersOf('mal')]
    expect(known.filter((answer) => answer.startsWith('200'))).toHaveLength(80)
    expect(unknown).toEqual(known)
  })

  it('stays blocked by the gate: every way to fail reads alike', async () => {
    const failures = await Promise.all([
      failWith(gate().url, {}),
      failWith(emptyGate().url, {}),
      failWith(gate().url, { state: 'A'.repeat(300) }),
      failWith(gate().url, { finishLoginRequest: 'short' }),
      failWith(gate().url, { finishLoginRequest: undefined }),
    ])
    const [first, ...others] = failures.map(({ status, headers, body }) => ({
      status,
      body,
      names: Object.keys(headers).sort(),
    }))
    expect(first?.status).toBe(401)
    for (const other of others) expect(other).toEqual(first)
  })
})

/** Argon2's cost is this test's choice for one of the two gates, and the default for the other. */
function withoutStretching(shape: unknown): unknown {
  const { body, ...rest } = shape as { body: Record<string, unknown> }
  return { ...rest, body: { ...body, stretching: Object.keys(body['stretching'] ?? {}) } }
}

async function elementOf(url: string, startLoginRequest: string, username?: string): Promise<string> {
  const body = username === undefined ? { startLoginRequest } : { startLoginRequest, username }
  const started = JSON.parse((await askGate(url, paths.loginStart, body)).body) as LoginStarted
  // RFC 9807 section 6.3.2: KE2 begins with the evaluated element, 32 bytes in ristretto255.
  return Buffer.from(started.loginResponse, 'base64url').subarray(0, 32).toString('hex')
}

function startAs(url: string, username: string): Promise<Asked> {
  const { startLoginRequest } = client.startLogin({ password: 'any-guess-at-all' })
  return askGate(url, paths.loginStart, { startLoginRequest, username })
}

/** The two answers that a failing login by name gets. */
async function lifeOf(
  url: string,
  username: string,
): Promise<{ readonly start: Asked; readonly finish: Asked }> {
  const start = await startAs(url, username)
  const { state } = JSON.parse(start.body) as LoginStarted
  const finishLoginRequest = Buffer.alloc(64, 7).toString('base64url')
  return { start, finish: await askGate(url, paths.loginFinish, { finishLoginRequest, state }) }
}

/** A login that ends with a proof of nothing, or with less than that. */
async function failWith(url: string, change: Readonly<Record<string, unknown>>): Promise<Asked> {
  const { startLoginRequest } = client.startLogin({ password: 'any-guess-at-all' })
  const answer = await askGate(url, paths.loginStart, { startLoginRequest })
  expect(answer.status).toBe(200)
  const started = JSON.parse(answer.body) as LoginStarted
  const finishLoginRequest = Buffer.alloc(64, 7).toString('base64url')
  return askGate(url, paths.loginFinish, { finishLoginRequest, state: started.state, ...change })
}

describe('1.09 user enumeration by response time', () => {
  /** The records that one failed login leaves at a new gate. */
  async function stepsOf(password: string | null, username?: string): Promise<readonly string[]> {
    await using fresh = await startGateHere({ upstream: article().url, password })
    await fresh.users.add('bob', testPassword)
    await fresh.users.operator.disable(await fresh.users.add('dan', testPassword))
    await (username === undefined ? failWith(fresh.url, {}) : lifeOf(fresh.url, username))
    let steps: readonly string[] = []
    // Records of strangers are written in groups.
    await expect
      .poll(async () => (steps = (await readAuditRecords(fresh.auditDir)).map(({ kind }) => kind)), {
        timeout: 30_000,
      })
      .toContain('login.refused')
    return steps.filter((kind) => kind.startsWith('login.'))
  }

  it('stays blocked by the gate as far as steps go: without a password set a login passes the same ones', async () => {
    expect(await stepsOf(testPassword)).toEqual(['login.started', 'login.refused'])
    expect(await stepsOf(null)).toEqual(['login.started', 'login.refused'])
  })

  it.each(['bob', 'mal', 'dan'])('stays blocked by the gate as far as steps go: %s', async (name) => {
    expect(await stepsOf(null, name)).toEqual(['login.started', 'login.refused'])
  })
})

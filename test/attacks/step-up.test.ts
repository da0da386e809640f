/**
 * Somebody sits down at a browser that is signed in, or has its session some other way, and runs what does damage. Gradio's login
 * asks once and never again. Behind the gate such a function asks for the password, for exactly this call: whoever hasn't got it
 * tries a confirmation that was overheard, one for something else, one of their own making, and to guess.
 */
import { describe, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { confirmationField } from '../../src/contract/proof.ts'
import { ask, askJson, type Asked } from '../rig/ask.ts'
import { confirm, stepUpOf } from '../rig/confirm.ts'
import { logIn } from '../rig/log-in.ts'
import { testPassword as password } from '../rig/test-gate.ts'
import { beginProof } from '../rig/opaque-client.ts'
import { readConfigText } from '../rig/read-config-text.ts'
import { findSigner } from '../rig/signer.ts'
import { gradioDoor } from './doors.ts'
import { usePeople, type Person } from './people.ts'
import { useApp, useAppWithAuth, useGate } from './targets.ts'
import { indexOf } from './ways-to-call.ts'

const app = useApp('careless')
const withAuth = useAppWithAuth()
const config = `
roles:
  clerk: { call: [predict] }
  keeper: { inherits: [clerk], call: [admin_report, private_fn], when: { fresh: call } }
  auditor: { call: [undocumented_fn], when: { auth_age: 5m } }
`
const people = usePeople(app, {
  config,
  members: {
    ...{ alice: ['keeper'], bob: ['keeper'], carol: ['clerk'], dora: ['auditor'] },
    frank: ['keeper'],
  },
})
/** For who takes all day. */
const patient = usePeople(app, { config, members: { eve: ['keeper'] } })
const withLoginHost = useGate(app, {
  config: {
    ...readConfigText(`
roles:
  watcher: { given_to: [guests], monitoring: true, when: { auth_age: 5m } }
`),
    hosts: ['app.test', 'login.test'],
    authHost: 'login.test',
    trustedProxies: ['127.0.0.1/32'],
  },
})
const report = 'ADMIN-REPORT'
/** NIST SP 800-63B-4 section 3.2.2. */
const mostGuesses = 100

interface Shot {
  readonly name?: string
  readonly data?: readonly unknown[]
  readonly code?: string
}

const fire = (
  { url, headers }: Person,
  { name = 'admin_report', data = ['May'], code }: Shot = {},
): Promise<Asked> =>
  askJson(
    url,
    `/gradio_api/run/${name}`,
    { data },
    { headers: { ...headers, ...(code !== undefined && { [confirmationField]: code }) } },
  )

const cookieOf = ({ headers }: Person) => headers['cookie'] ?? ''

function ticketOf({ headers }: Asked): string {
  return stepUpOf(headers)?.ticket ?? expect.fail('Nothing was asked for.')
}

/** As the person themselves gets it, in the gate's window. */
async function codeFor(person: Person, shot: Shot = {}): Promise<string> {
  const ticket = ticketOf(await fire(person, shot))
  const confirmed = await confirm({ url: person.url, cookie: cookieOf(person), password, ticket })
  return confirmed.kind === 'confirmed' ? (confirmed.code ?? '') : expect.fail(confirmed.kind)
}

const refused = async (answer: Promise<Asked>) => {
  const { status, body, headers } = await answer
  expect([status, body]).toEqual([403, '{"detail":"Please confirm that it is you."}'])
  expect(stepUpOf(headers)?.what).toBe('call')
}

describe('run what does damage with a session that was left open', () => {
  it('succeeds on auth=: the login asks once, and never again', async () => {
    const { url } = withAuth()
    const knock = await gradioDoor(url).knock({ user: 'bob', password: 'bobpw' })
    if (knock.kind !== 'in') expect.fail(knock.kind)
    const body = { data: ['May'], fn_index: await indexOf(app().url, 'admin_report') }
    const answer = await askJson(url, '/gradio_api/run/predict', body, { headers: { cookie: knock.cookie } })
    expect(answer.body).toContain(report)
  })

  it('is blocked by the gate: the password is asked for', async () => {
    await refused(fire(await people('alice')))
  })

  it('is blocked by the gate with a password that was given for another call: twice', async () => {
    const alice = await people('alice')
    const code = await codeFor(alice)
    expect((await fire(alice, { code })).body).toContain(report)
    await refused(fire(alice, { code }))
  })

  it('is blocked by the gate with a password that was given for another call: at once, thirty times', async () => {
    const alice = await people('alice')
    const code = await codeFor(alice)
    const all = await Promise.all(Array.from({ length: 30 }, () => fire(alice, { code })))
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  it('is blocked by the gate with a password that was given for another call: with other arguments', async () => {
    const alice = await people('alice')
    await refused(fire(alice, { data: ['June'], code: await codeFor(alice) }))
  })

  it('is blocked by the gate with a password that was given for another call: of another function', async () => {
    const alice = await people('alice')
    const code = await codeFor(alice, { name: 'private_fn' })
    await refused(fire(alice, { code }))
  })

  it('is blocked by the gate with a password that was given for another call: of another person', async () => {
    const [alice, bob] = [await people('alice'), await people('bob')]
    await refused(fire(bob, { code: await codeFor(alice) }))
  })

  it('is blocked by the gate with a password that was given for another call: in another session', async () => {
    const alice = await people('alice')
    const cookie = await logIn({ url: alice.url, username: 'alice', password })
    await refused(fire({ url: alice.url, headers: { cookie } }, { code: await codeFor(alice) }))
  })

  it('is blocked by the gate with a password that was given for another call: a minute ago', async () => {
    const alice = await people('alice')
    const code = await codeFor(alice)
    people.gate().clock.advance(60_000)
    await refused(fire(alice, { code }))
  })

  it.each(['x', 'A'.repeat(120), '"', "' OR 1=1 --"])(
    'is blocked by the gate with a confirmation of one’s own making: %s',
    async (code) => {
      await refused(fire(await people('alice'), { code }))
    },
  )

  it('is blocked by the gate with the ticket itself, which was never confirmed', async () => {
    const alice = await people('alice')
    await refused(fire(alice, { code: ticketOf(await fire(alice)) }))
  })
})

describe('get a confirmation without the password', () => {
  it('is blocked by the gate: a ticket of one’s own making', async () => {
    const { url, headers } = await people('alice')
    for (const ticket of ['', 'x', 'A'.repeat(300)])
      expect(await confirm({ url, cookie: headers['cookie'] ?? '', password, ticket })).toMatchObject({
        ...{ kind: 'refused', status: 403, code: 'ticket-invalid' },
      })
  })

  it('is blocked by the gate: the ticket of somebody else, with one’s own password', async () => {
    const [alice, bob] = [await people('alice'), await people('bob')]
    const ticket = ticketOf(await fire(alice))
    expect(await confirm({ url: bob.url, cookie: cookieOf(bob), password, ticket })).toMatchObject({
      code: 'ticket-over',
    })
  })

  it('is blocked by the gate: a harmless ticket at first, and another at the end', async () => {
    const alice = await people('alice')
    const [harmless, wanted] = [
      ticketOf(await fire(alice, { name: 'private_fn' })),
      ticketOf(await fire(alice)),
    ]
    const both = { url: alice.url, cookie: cookieOf(alice), password, ticket: harmless, finishFor: wanted }
    expect(await confirm(both)).toMatchObject({ kind: 'refused', code: 'login-failed' })
  })

  it('is blocked by the gate: guessing is paced, and ends', async () => {
    const eve = await patient('eve')
    const { clock } = patient.gate()
    const began = clock.now()
    const give = async (given: string) =>
      confirm({ url: eve.url, cookie: cookieOf(eve), password: given, ticket: ticketOf(await fire(eve)) })
    // With fewer than these the session's own end ends it.
    for (let judged = 0; judged < mostGuesses;) {
      const outcome = await give(`guess number ${String(judged)}`)
      if (outcome.kind === 'wrong-password') judged++
      else if (outcome.kind === 'refused' && outcome.code === 'login-paced')
        clock.advance(outcome.retryAfter * 1000)
      else expect.fail(JSON.stringify(outcome))
    }
    expect(clock.now() - began).toBeGreaterThan(20 * 3_600_000)
    // Not even the right one, after the longest wait there is.
    clock.advance(900_000)
    for (const given of ['one more guess', password])
      expect(await give(given)).toMatchObject({ kind: 'refused', status: 429, code: 'login-paced' })
  })

  it('is blocked by the gate: a ticket that a copied cookie got guesses nothing at a login host, and its owner waits for nobody', async () => {
    const { url, port, clock, password: shared } = withLoginHost()
    const under = (name: string) => ({
      'x-forwarded-host': `${name}.test:${String(port)}`,
      'x-forwarded-proto': 'https',
    })
    const origin = (name: string) => `https://${name}.test:${String(port)}`
    const there = { ...under('login'), origin: origin('login') }
    const cookie = await logIn({ url, password: shared, headers: there, origin: origin('login') })
    const signer = findSigner(url, cookie) ?? expect.fail('Nobody has the key.')
    clock.advance(301_000)
    await signer.ask(url, { ...under('app'), cookie })
    const path = '/gradio_api/queue/status'
    const ticketWith = async (proof: Readonly<Record<string, string>>) =>
      ticketOf(await ask(url, path, { headers: { ...under('app'), cookie, ...proof }, unsigned: true }))
    const guess = async (ticket: string) => {
      const { startLoginRequest } = beginProof('a guess')
      return (await askJson(url, paths.awayStart, { startLoginRequest, ticket }, { headers: there })).status
    }
    const copied = await ticketWith({})
    for (let n = 0; n < 8; n++) expect(await guess(copied)).toBe(403)
    const own = await ticketWith(signer.sign({ method: 'GET', origin: origin('app'), path }))
    const statuses: number[] = []
    for (let n = 0; n < 8; n++) statuses.push(await guess(own))
    expect([statuses[0], statuses.at(-1)]).toEqual([200, 429])
  })

  it('is blocked by the gate: for a right that one hasn’t got, no password is asked for', async () => {
    const carol = await people('carol')
    const { status, headers, body } = await fire(carol)
    expect([status, stepUpOf(headers)]).toEqual([403, undefined])
    expect(body).not.toContain('confirm')
  })
})

describe('whoever gives the password', () => {
  it('goes on, by the queue as by a call', async () => {
    const frank = await people('frank')
    const body = { data: ['May'], fn_index: await indexOf(app().url, 'admin_report'), session_hash: 'steps1' }
    const join = (headers: Readonly<Record<string, string>>) =>
      askJson(frank.url, '/gradio_api/queue/join', body, { headers: { ...frank.headers, ...headers } })
    const asked = await join({})
    const confirmed = await confirm({
      ...{ url: frank.url, cookie: cookieOf(frank), password, ticket: ticketOf(asked) },
    })
    if (confirmed.kind !== 'confirmed') expect.fail(confirmed.kind)
    const joined = await join({ [confirmationField]: confirmed.code ?? '' })
    expect([joined.status, Object.keys(JSON.parse(joined.body) as object)]).toEqual([200, ['event_id']])
  })

  it('is not asked again before it is old', async () => {
    const dora = await people('dora')
    const shot = { name: 'undocumented_fn', data: ['x'] }
    people.gate().clock.advance(301_000)
    const asked = await fire(dora, shot)
    expect(stepUpOf(asked.headers)?.what).toBe('age')
    await confirm({ url: dora.url, cookie: cookieOf(dora), password, ticket: ticketOf(asked) })
    for (const data of [['x'], ['y']])
      expect((await fire(dora, { ...shot, data })).body).toContain('UNDOCUMENTED')
  })

  it('does so on a page of the gate’s own', async () => {
    const { url, headers } = await people('alice')
    const page = await ask(url, '/.sekisho/confirm', {
      headers: { ...headers, 'sec-fetch-mode': 'navigate' },
    })
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(page.headers['cross-origin-opener-policy']).toBe('same-origin')
  })
})

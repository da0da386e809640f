/**
 * Somebody sits down at a browser that is signed in, or has its session some other way, and runs what does damage. Gradio's login
 * asks once and never again. Behind the gate such a function asks for the password, for exactly this call: whoever hasn't got it
 * tries a confirmation that was overheard, one for something else, one of their own making, and to guess.
 */
import { describe, expect, it } from 'vitest'
import { confirmationField } from '../../src/contract/proof.ts'
import { ask, askJson, type Asked } from '../rig/ask.ts'
import { confirm, stepUpOf } from '../rig/confirm.ts'
import { logIn } from '../rig/log-in.ts'
import { gradioDoor } from './doors.ts'
import { usePeople, type Person } from './people.ts'
import { useApp, useAppWithAuth } from './targets.ts'
import { indexOf } from './ways-to-call.ts'

const app = useApp('careless')
const withAuth = useAppWithAuth()
const people = usePeople(app, {
  config: `
roles:
  clerk: { call: [predict] }
  keeper: { inherits: [clerk], call: [admin_report, private_fn], when: { fresh: call } }
  auditor: { call: [undocumented_fn], when: { auth_age: 5m } }
`,
  members: {
    ...{ alice: ['keeper'], bob: ['keeper'], carol: ['clerk'], dora: ['auditor'], eve: ['keeper'] },
    frank: ['keeper'],
  },
})
const password = 'lantern-maple-orbit-velvet-canoe'
const report = 'ADMIN-REPORT'

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
    const eve = await people('eve')
    const ticket = ticketOf(await fire(eve))
    const guess = (n: number) =>
      confirm({ url: eve.url, cookie: cookieOf(eve), password: `guess number ${String(n)}`, ticket })
    const kinds: string[] = []
    for (let n = 0; n < 30 && kinds.at(-1) !== 'refused'; n++) kinds.push((await guess(n)).kind)
    expect(kinds.at(-1)).toBe('refused')
    expect(kinds.length).toBeLessThan(30)
    // The right one has to wait like any other.
    expect(await confirm({ url: eve.url, cookie: cookieOf(eve), password, ticket })).toMatchObject({
      ...{ kind: 'refused', status: 429, code: 'login-paced' },
    })
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

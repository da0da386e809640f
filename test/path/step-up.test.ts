/** The password asked for again on the whole path: for its age, and for one call; what is told, kept, and stands in the log. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { defaults } from '../../src/config/defaults.ts'
import { paths } from '../../src/contract/contract.ts'
import { confirmationField, stepUpField } from '../../src/contract/proof.ts'
import { loadPolicy } from '../../src/policy/load-policy.ts'
import type { UserRow } from '../../src/store/rows.ts'
import { ask, askJson, type Asked } from '../rig/ask.ts'
import { confirm, stepUpOf } from '../rig/confirm.ts'
import { logIn } from '../rig/log-in.ts'
import { rolesFrom } from '../rig/policy-desk.ts'
import { plain, useUpstream } from './with-upstream.ts'

vi.setConfig({ testTimeout: 60_000 })

const standing = useUpstream()
const password = 'a lighthouse for bob'
const says = 'Please confirm that it is you.'

const limits = { ...defaults.limits, endpoints: [{ pattern: 'report', concurrent: 1 }] }

let bob: UserRow
let cookie: string
beforeEach(async () => {
  const roles = rolesFrom(
    'recent: { given_to: [users, tokens], call: [predict], when: { auth_age: 5m } }',
    'each: { given_to: [users, tokens], call: [report], when: { fresh: call } }',
  )
  await standing.start(plain, { policy: await loadPolicy({ roles, files: [] }), config: { limits } })
  bob = await standing.path.users.add('bob', password)
  cookie = await signIn()
})

const signIn = () => logIn({ url: standing.path.url, username: 'bob', password })
const call = (
  name: string,
  data: readonly unknown[] = ['x'],
  headers: Readonly<Record<string, string>> = {},
) => askJson(standing.path.url, `/gradio_api/run/${name}`, { data }, { headers: { cookie, ...headers } })

function ticketOf({ headers }: Asked): string {
  const asked = stepUpOf(headers)
  if (asked === undefined) throw new TypeError('Nothing was asked for.')
  return asked.ticket
}

async function codeFor(refused: Asked): Promise<string> {
  const { url } = standing.path
  const confirmed = await confirm({ url, cookie, password, ticket: ticketOf(refused) })
  if (confirmed.kind !== 'confirmed') throw new TypeError(confirmed.kind)
  return confirmed.code ?? ''
}

const reached = (name: string) =>
  standing.upstream.reached.filter(({ target }) => target === `/gradio_api/run/${name}`)
const because = () =>
  standing.path.audit.events.flatMap((event) =>
    event.kind === 'request.refused' && event.code === 'step-up-required' ? [event.because] : [],
  )

describe('a password that grew too old', () => {
  it('is asked for, and the same call passes once it was given, from every window of the session', async () => {
    expect((await call('predict')).status).toBe(200)
    standing.path.clock.time += 301_000
    const refused = await call('predict')
    expect([refused.status, JSON.parse(refused.body)]).toEqual([403, { detail: says }])
    expect(stepUpOf(refused.headers)?.what).toBe('age')
    expect(reached('predict')).toHaveLength(1)

    expect(await codeFor(refused)).toBe('')
    expect((await call('predict')).status).toBe(200)
    expect((await call('predict', ['y'])).status).toBe(200)
  })
})

describe('a call that has to be confirmed', () => {
  it('passes once with the code, which the app never sees', async () => {
    const refused = await call('report')
    expect(stepUpOf(refused.headers)?.what).toBe('call')
    const code = await codeFor(refused)
    const passed = await call('report', ['x'], { [confirmationField]: code })
    expect(passed.status).toBe(200)
    const [one] = reached('report')
    expect(Object.keys(one?.headers ?? {}).filter((name) => name.startsWith('sekisho'))).toEqual([])
    expect((await call('report', ['x'], { [confirmationField]: code })).status).toBe(403)
    expect((await call('report')).status).toBe(403)
    expect(reached('report')).toHaveLength(1)
    expect(because()).toEqual([{ for: 'call' }, { for: 'call', confirmation: 'reused' }, { for: 'call' }])
  })

  it('makes no other one newer: what asks for a recent password still does', async () => {
    standing.path.clock.time += 301_000
    const code = await codeFor(await call('report'))
    expect((await call('report', ['x'], { [confirmationField]: code })).status).toBe(200)
    const other = await call('predict')
    expect([other.status, stepUpOf(other.headers)?.what]).toEqual([403, 'age'])
    expect(reached('predict')).toEqual([])
  })

  it('stands in the log as asked, confirmed and done', async () => {
    const code = await codeFor(await call('report'))
    await call('report', ['x'], { [confirmationField]: code })
    const told = standing.path.audit.events.filter(
      (event) => 'endpoint' in event || event.kind.startsWith('login.'),
    )
    expect(told.map(({ kind }) => kind)).toEqual([
      ...['login.started', 'login.succeeded', 'request.refused', 'login.started'],
      ...['session.confirmed', 'request.granted'],
    ])
    expect(told[4]).toMatchObject({ what: 'call', endpoint: 'report', asker: { username: 'bob' } })
  })

  it('is told to the window, and to nobody else', async () => {
    const ticket = ticketOf(await call('report'))
    const { url } = standing.path
    const look = (as: string) => askJson(url, paths.confirmLook, { ticket }, { headers: { cookie: as } })
    expect(JSON.parse((await look(cookie)).body)).toEqual({
      what: 'call',
      endpoint: 'report',
      username: 'bob',
    })
    const other = await look(await signIn())
    expect([other.status, JSON.parse(other.body)]).toEqual([
      403,
      { code: 'ticket-over', message: expect.any(String) as string },
    ])
    const stranger = await askJson(url, paths.confirmLook, { ticket })
    expect(stranger.status).toBe(401)
  })
})

describe('nobody is asked for a password', () => {
  it('for a call that would be refused all the same: its input is wrong, there is no place, or no app', async () => {
    const wrong = await call('report', [{ not: 'a text' }])
    expect([wrong.status, wrong.headers[stepUpField]]).toEqual([422, undefined])
    const { owner } = await standing.path.signIn(bob)
    const endpoint = { name: 'report', batch: false }
    const place = await standing.path.gate.endpointLimits.take({ owner, endpoint, bodyBytes: () => 0 })
    if (place.kind !== 'taken') expect.fail(place.kind)
    const full = await call('report')
    expect([full.status, full.headers[stepUpField]]).toEqual([429, undefined])
    place.slot?.release()
    const away = standing.path.gate.app as { state: string }
    away.state = 'away'
    expect((await call('report')).status).toBe(502)
    away.state = 'verified'
    expect(standing.path.audit.codes).toEqual(['input-invalid', 'endpoint-paced', 'upstream-down'])
    expect((await call('report')).status).toBe(403)
    expect(because()).toEqual([{ for: 'call' }])
  })

  it('by their input: who may not call the function at all is told nothing of it', async () => {
    const refused = await call('show', [{ not: 'a file' }, 'too many'])
    expect([refused.status, standing.path.audit.codes]).toEqual([403, ['policy-denied']])
  })

  it('who has none: a program gets the plain refusal', async () => {
    const { text } = await standing.path.issueToken()
    standing.path.clock.time += 301_000
    for (const name of ['predict', 'report']) {
      const headers = { authorization: `Bearer ${text}` }
      const refused = await askJson(
        standing.path.url,
        `/gradio_api/run/${name}`,
        { data: ['x'] },
        { headers },
      )
      expect([refused.status, refused.headers[stepUpField]]).toEqual([403, undefined])
    }
  })

  it('for what they may not do at all', async () => {
    const refused = await call('show', [null])
    expect([refused.status, refused.headers[stepUpField]]).toEqual([403, undefined])
    expect(standing.path.audit.codes).toEqual(['policy-denied'])
  })
})

describe('the window', () => {
  it('is a page of the gate’s own, which nothing frames and nothing reaches into', async () => {
    const headers = { cookie, 'sec-fetch-mode': 'navigate' }
    const { status, headers: told } = await ask(standing.path.url, paths.confirm, { headers })
    expect(status).toBe(200)
    expect(told['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
    expect(told).toMatchObject({ 'cross-origin-opener-policy': 'same-origin', 'x-frame-options': 'DENY' })
  })

  it('leads strangers to the login', async () => {
    const headers = { 'sec-fetch-mode': 'navigate' }
    const { status, headers: told } = await ask(standing.path.url, paths.confirm, { headers })
    expect([status, told.location]).toEqual([303, paths.login])
  })

  it('takes messages only of the browser that signed in', async () => {
    const ticket = ticketOf(await call('report'))
    const headers = { cookie }
    const asking = { headers, unsigned: true }
    expect((await askJson(standing.path.url, paths.confirmLook, { ticket }, asking)).status).toBe(401)
  })
})

/** The password once more, at a login host: by a ticket that whoever has the session's key was given. */
import { describe, expect, it, vi } from 'vitest'
import { paths, type Vouched } from '../../src/contract/contract.ts'
import { confirmationField } from '../../src/contract/proof.ts'
import { ask, type Asked } from '../rig/ask.ts'
import { stepUpOf } from '../rig/confirm.ts'
import { beginProof } from '../rig/opaque-client.ts'
import { useLoginHost } from './use-login-host.ts'

vi.setConfig({ testTimeout: 60_000 })

const { standing, at, signed, look, send, comeIn, confirm } = useLoginHost()

describe('a call that has to be confirmed', () => {
  const call = (cookie: string, headers: Readonly<Record<string, string>> = {}) =>
    send('app', '/gradio_api/run/report', { data: ['x'] }, { cookie, ...headers })

  it('is confirmed at the login host, by the ticket alone', async () => {
    const cookie = await comeIn()
    const ticket = stepUpOf((await call(cookie)).headers)?.ticket ?? ''
    expect((await look('app', paths.confirm, { cookie })).status).toBe(200)
    expect((await send('app', paths.confirmLook, { ticket }, { cookie })).status).toBe(404)
    const looked = await send('login', paths.awayLook, { ticket })
    expect(JSON.parse(looked.body)).toEqual({ what: 'call', endpoint: 'report', username: 'bob' })
    const finished = await confirm(ticket)
    const { code } = JSON.parse(finished.body) as { readonly code: string }
    expect((await call(cookie, { [confirmationField]: code })).status).toBe(200)
  })

  it('is confirmed on record: from where, by which browser, and for whom', async () => {
    const cookie = await comeIn()
    const ticket = stepUpOf((await call(cookie, { 'user-agent': 'app' })).headers)?.ticket ?? ''
    const { events } = standing.path.audit
    const before = events.length
    const from = { 'user-agent': 'elsewhere', 'x-forwarded-for': '198.51.100.7' }
    await send('login', paths.awayLook, { ticket }, from)
    await send('login', paths.awayStart, { startLoginRequest: 'AAAA', ticket }, from)
    await confirm(ticket, from)
    const told = events
      .slice(before)
      .flatMap((event) => ('asker' in event ? [{ kind: event.kind, asker: event.asker }] : []))
    expect(told.map(({ kind }) => kind)).toEqual([
      ...['request.granted', 'request.refused', 'login.started', 'request.granted'],
      ...['session.confirmed', 'request.granted'],
    ])
    for (const { asker } of told)
      expect(asker).toMatchObject({ address: '198.51.100.7', userAgent: 'elsewhere' })
    expect(told[4]?.asker).toMatchObject({ principal: 'user', username: 'bob' })
  })

  it('is not confirmed by what is no ticket, nor for a session that is over', async () => {
    const cookie = await comeIn()
    const ticket = stepUpOf((await call(cookie)).headers)?.ticket ?? ''
    expect((await send('login', paths.awayLook, { ticket: 'AAAA' })).status).toBe(403)
    expect((await send('login', paths.awayLook, {})).status).toBe(403)
    await ask(standing.path.url, paths.logout, { method: 'POST', ...at('app', { cookie }) })
    expect((await send('login', paths.awayLook, { ticket })).status).toBe(403)
  })
})

describe('what is opened by an address, and a copied cookie asks for as well', () => {
  const page = '/gradio_api/queue/status'
  /** As the browser itself opens it, and as whoever has a copy does. */
  const open = (cookie: string) => ask(standing.path.url, page, { ...at('app', { cookie }), unsigned: true })
  const ticketOf = ({ headers }: Asked) => stepUpOf(headers)?.ticket ?? expect.fail('Nobody was asked.')
  const guess = async (ticket: string) => {
    const { startLoginRequest } = beginProof('a guess of a thief')
    return (await send('login', paths.awayStart, { startLoginRequest, ticket })).status
  }

  it('gives nobody a try at the password without the key, and takes none from its owner', async () => {
    const cookie = await comeIn()
    standing.path.clock.time += 301_000
    const ticket = ticketOf(await open(cookie))
    expect((await send('login', paths.awayLook, { ticket })).status).toBe(403)
    for (let n = 0; n < 8; n++) expect(await guess(ticket)).toBe(403)
    expect((await send('app', paths.enterVouch, { ticket }, { cookie }, true)).status).toBe(401)
    expect((await send('app', paths.enterVouch, { ticket })).status).toBe(401)
    const whysOfTickets = standing.path.audit.events.flatMap((event) =>
      event.kind === 'request.refused' && event.code === 'ticket-over' ? [event.because['why']] : [],
    )
    expect(new Set(whysOfTickets)).toEqual(new Set(['unproven']))

    const answer = await send('app', paths.enterVouch, { ticket }, { cookie })
    const vouched = (JSON.parse(answer.body) as Vouched).ticket
    expect(JSON.parse((await send('login', paths.awayLook, { ticket: vouched })).body)).toEqual({
      ...{ what: 'age', username: 'bob' },
    })
    expect((await confirm(vouched)).status).toBe(200)
    expect((await open(cookie)).status).toBe(200)
  })

  it('asks whoever signed for it with a ticket that the login host takes, and that stays as it is', async () => {
    const cookie = await comeIn()
    standing.path.clock.time += 301_000
    const asking = await signed('app', page, 'GET', at('app', { cookie }))
    const ticket = ticketOf(await ask(standing.path.url, page, asking))
    expect((await send('login', paths.awayLook, { ticket })).status).toBe(200)
    const kept = await send('app', paths.enterVouch, { ticket }, { cookie })
    expect(JSON.parse(kept.body)).toEqual({ ticket })
    expect((await send('login', paths.enterVouch, { ticket })).status).toBe(404)
  })
})

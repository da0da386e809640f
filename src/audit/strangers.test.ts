/** How much of the log anybody gets, who is not signed in or has a mere copy of what somebody signed in has. */
import { stat } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { granted, refusedTo, signedOut, TrialLog } from '../../test/rig/trial-log.ts'
import type { RefusalCode } from '../refusals.ts'
import type { Asker, AuditEvent } from './event.ts'

// A busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 })

let log: TrialLog
beforeEach(async () => {
  log = await TrialLog.make()
})
afterEach(() => log.destroy())

describe('strangers', () => {
  const millionFrom = async (
    address: (at: number) => string,
    event: (at: number, address: string) => AuditEvent = (_, from) => refusedTo('nobody', from),
  ) => {
    const audit = await log.open()
    for (let at = 0; at < 1_000_000; at += 1) {
      if (at % 100 === 0) log.now += 10
      audit.note(event(at, address(at)))
    }
    await audit.close()
    const sizes = await Promise.all(
      (await log.files()).map(async (file) => (await stat(log.path(file))).size),
    )
    const records = await log.records()
    const singles = records.filter(
      ({ kind }) => kind === 'request.refused' || kind === 'login.started',
    ).length
    const counted = records.reduce((sum, record) => {
      return record['kind'] === 'audit.summarised' ? sum + Number(record['count']) : sum
    }, 0)
    return { bytes: sizes.reduce((sum, size) => sum + size, 0), told: singles + counted, singles }
  }
  const ownNetwork = (at: number) => `2001:${(at >> 16).toString(16)}:${(at & 0xffff).toString(16)}::1`

  test('one million refusals from one address grow the log by under 5 MB, and none goes uncounted', async () => {
    const { bytes, told, singles } = await millionFrom(() => '192.0.2.1')
    expect(bytes).toBeLessThan(5e6)
    expect(told).toBe(1_000_000)
    expect(singles).toBeGreaterThanOrEqual(600)
  })

  test('one million refusals from a million networks grow the log by under 5 MB, and none goes uncounted', async () => {
    const { bytes, told } = await millionFrom(ownNetwork)
    expect(bytes).toBeLessThan(5e6)
    expect(told).toBe(1_000_000)
  })

  const nobody = { principal: 'nobody', address: '192.0.2.1', userAgent: 'Mozilla/5.0' } as const
  const started = { kind: 'login.started', asker: nobody, ceremony: 'c1' } as const
  const refused = { kind: 'login.refused', asker: nobody, ceremony: 'c1', why: 'wrong-proof' } as const

  test('a million networks that are refused pages and logins in turn grow the log by under 5 MB too', async () => {
    const { bytes, told, singles } = await millionFrom(ownNetwork, (at, address) =>
      at % 2 === 0 ? refusedTo('nobody', address) : { ...started, asker: { ...nobody, address } },
    )
    expect(bytes).toBeLessThan(5e6)
    expect(told).toBe(1_000_000)
    expect(singles).toBeGreaterThanOrEqual(1200)
  })

  test('a flood of refused requests does not push attempts to sign in out of the log', async () => {
    const audit = await log.open()
    for (let at = 0; at < 10_000; at += 1) audit.note(refusedTo('nobody'))
    audit.note(started)
    await audit.write(refused)
    const logins = (await log.records()).filter((record) => String(record['kind']).startsWith('login.'))
    expect(logins).toMatchObject([
      { kind: 'login.started', ceremony: 'c1', principal: 'nobody' },
      { kind: 'login.refused', ceremony: 'c1', why: 'wrong-proof' },
    ])
  })

  const paced: AuditEvent = { kind: 'login.paced', asker: nobody, bucket: 'stranger' }
  const { ceremony: _, ...ofNone } = refused
  test.each<[string, AuditEvent, AuditEvent]>([
    ['ends of none', { ...ofNone, why: 'malformed' }, { ...ofNone, why: 'forged' }],
    ['ends sent again', { ...refused, why: 'reused' }, { ...refused, why: 'expired' }],
    ['codes shown elsewhere', { ...refused, why: 'forged' }, { ...refused, why: 'forged' }],
    ['attempts that have to wait', paced, paced],
  ])('what costs nothing does not push attempts to sign in out of the log: %s', async (_what, one, other) => {
    const audit = await log.open()
    for (let at = 0; at < 1000; at += 1) audit.note(at % 2 === 0 ? one : other)
    const named = { ...nobody, username: 'alice' }
    const attempt: readonly AuditEvent[] = [
      { ...started, asker: named },
      { ...refused, asker: named },
      { kind: 'login.abandoned', asker: named, ceremony: 'c2' },
    ]
    for (const event of attempt) await audit.write(event)
    await audit.close()
    const records = await log.records()
    const told = records.filter((record) => 'username' in record && record['kind'] !== 'audit.summarised')
    expect(told.map(({ kind }) => kind)).toEqual(attempt.map(({ kind }) => kind))
    const flood = records.filter(({ kind, username }) => kind === one.kind && username === undefined)
    expect(flood).toHaveLength(600)
    expect(records.filter(({ kind }) => kind === 'audit.summarised')).toMatchObject([
      { code: one.kind, count: 400 },
    ])
  })

  test('a flood of attempts to sign in does not push refused requests out of the log', async () => {
    const audit = await log.open()
    for (let at = 0; at < 10_000; at += 1) audit.note(started)
    audit.note(refusedTo('nobody'))
    await audit.close()
    const found = await log.kinds()
    expect(found.filter((kind) => kind === 'login.started')).toHaveLength(600)
    expect(found.filter((kind) => kind === 'request.refused')).toHaveLength(1)
  })

  test('a refusal of somebody signed in is a record of its own, flood or not', async () => {
    const audit = await log.open({ strangerRecordsPerHour: 1 })
    for (let at = 0; at < 50; at += 1) audit.note(refusedTo('nobody'))
    await audit.write(refusedTo('guest'))
    const refused = (await log.records()).filter((record) => record['kind'] === 'request.refused')
    expect(refused.map((record) => record['principal'])).toEqual(['nobody', 'guest'])
  })

  test('a flood with a copied cookie is counted too, and neither pushes strangers out of the log nor they it', async () => {
    const copied: AuditEvent = { ...refusedTo('guest'), kind: 'request.refused', unproven: true } as never
    const audit = await log.open({ strangerRecordsPerHour: 60 })
    for (let at = 0; at < 5000; at += 1) await audit.write(copied)
    audit.note(refusedTo('nobody'))
    for (let at = 0; at < 5000; at += 1) audit.note(refusedTo('nobody'))
    await audit.close()
    const records = await log.records()
    const of = (who: string) =>
      records.filter(({ kind, principal }) => kind === 'request.refused' && principal === who)
    expect([of('guest'), of('nobody')].map(({ length }) => length)).toEqual([60, 60])
    expect(of('guest')[0]).toMatchObject({ unproven: true })
    const summaries = records.filter(({ kind }) => kind === 'audit.summarised')
    expect(summaries).toMatchObject([
      { code: 'policy-denied', prefix: '192.0.2.0/24', count: 4940, principal: 'guest' },
      { code: 'login-required', prefix: '192.0.2.0/24', count: 4941 },
    ])
    expect(summaries[1]).not.toHaveProperty('principal')
  })

  test('a flood with one copy hides neither what is done with another nor, in the end, whose it is', async () => {
    const unproven = (asker: Asker, code: RefusalCode) =>
      ({
        ...refusedTo('guest'),
        asker: { ...asker, address: '192.0.2.1' },
        code,
        unproven: true,
      }) as AuditEvent
    const mallory = { principal: 'user', username: 'mallory', session: 'm1' } as const
    const audit = await log.open({ strangerRecordsPerHour: 60 })
    for (let at = 0; at < 100; at += 1) audit.note(unproven(mallory, 'route-unknown'))
    for (let at = 0; at < 7; at += 1) audit.note(unproven(mallory, 'object-unknown'))
    audit.note(unproven({ principal: 'user', username: 'alice', session: 'a1' }, 'proof-missing'))
    audit.note(unproven({ principal: 'token', token: 't1' }, 'proof-missing'))
    for (let at = 0; at < 60; at += 1) audit.note(unproven({ principal: 'token', token: 't2' }, 'proof-key'))
    audit.note(unproven({ principal: 'token', token: 't2' }, 'proof-key'))
    await audit.close()
    const records = await log.records()
    const singles = records.filter(({ kind, code }) => kind === 'request.refused' && code === 'proof-missing')
    expect(singles).toMatchObject([{ session: 'a1' }, { token: 't1' }])
    const summaries = records.filter(({ kind }) => kind === 'audit.summarised')
    expect(summaries).toMatchObject([
      { principal: 'user', session: 'm1', code: 'route-unknown', count: 40, prefix: '192.0.2.0/24' },
      { principal: 'user', session: 'm1', code: 'object-unknown', count: 7 },
      { principal: 'token', token: 't2', code: 'proof-key', count: 1 },
    ])
    // The user is named as in every record: a commitment, with its value beside it.
    expect(summaries.map((one) => 'username' in one)).toEqual([true, true, false])
    expect(summaries[0]).not.toHaveProperty('source_ip')
    expect((await log.verify()).findings).toEqual([])
  })

  test('what a copied cookie loads without end is counted, and what was signed or goes without a key is not', async () => {
    const audit = await log.open()
    const { asker } = refusedTo('guest') as { readonly asker: Asker }
    const loaded = { ...granted('loaded'), asker: { ...asker, session: 'a1' }, unproven: true } as AuditEvent
    for (let at = 0; at < 10_000; at += 1) audit.note(loaded)
    for (let at = 0; at < 5000; at += 1) audit.note(granted('signed'))
    audit.note({ ...loaded, asker: { ...asker, session: 'b1' } } as AuditEvent)
    audit.note({ ...refusedTo('guest'), asker: { ...asker, session: 'a1' }, unproven: true } as AuditEvent)
    await audit.close()
    const records = await log.records()
    const of = (request: string, session: string) =>
      records.filter((one) => one['request'] === request && one['session'] === session).length
    expect([of('loaded', 'a1'), of('signed', 's1'), of('loaded', 'b1')]).toEqual([3000, 5000, 1])
    // Its refusals have a budget of their own.
    expect(of('r1', 'a1')).toBe(1)
    expect(records.filter(({ kind }) => kind === 'audit.summarised')).toMatchObject([
      { what: 'granted', code: 'request.granted', session: 'a1', count: 7000, prefix: '192.0.2.0/24' },
    ])
  })

  test('a request that was overheard is counted when it comes without end, and is seen beside whatever else the copy does', async () => {
    const { asker } = refusedTo('guest') as { readonly asker: Asker }
    const refused = (code: RefusalCode) =>
      ({
        ...refusedTo('guest'),
        asker: { ...asker, session: 'a1' },
        code,
        unproven: true,
      }) as AuditEvent
    const audit = await log.open({ strangerRecordsPerHour: 60 })
    for (let at = 0; at < 1000; at += 1) audit.note(refused('proof-missing'))
    for (let at = 0; at < 900; at += 1) audit.note(refused('proof-replayed'))
    for (let at = 0; at < 50; at += 1) audit.note(refused('proof-outrun'))
    await audit.close()
    const records = await log.records()
    const told = (code: RefusalCode, kind: string) =>
      records.filter((one) => one['code'] === code && one['kind'] === kind)
    expect(told('proof-replayed', 'request.refused')).toHaveLength(60)
    expect(told('proof-replayed', 'audit.summarised')).toMatchObject([{ session: 'a1', count: 840 }])
    expect(told('proof-outrun', 'audit.summarised')).toMatchObject([{ session: 'a1', count: 50 }])
  })

  test.each(['login.started', 'login.paced', 'login.abandoned', 'login.refused'] as const)(
    'a session that tries at its own password without end pushes nothing out of the log: %s',
    async (kind) => {
      const tried = (session: string) =>
        ({
          kind,
          asker: { principal: 'user', username: 'bob', session, address: '192.0.2.1' },
          ...{ ceremony: 'c1', bucket: 'session:s1', why: 'forged' },
        }) as AuditEvent
      const audit = await log.open({ strangerRecordsPerHour: 60 })
      for (let at = 0; at < 1000; at += 1) await audit.write(tried('s1'))
      await audit.write(tried('s2'))
      await audit.close()
      const records = await log.records()
      const single = records.filter((one) => one['kind'] === kind).map(({ session }) => session)
      expect([single.length, single.at(-1)]).toEqual([61, 's2'])
      const summaries = records.filter((one) => one['kind'] === 'audit.summarised')
      expect(summaries).toMatchObject([{ code: kind, session: 's1', principal: 'user', count: 940 }])
    },
  )

  test('the budget refills as time passes', async () => {
    const audit = await log.open({ strangerRecordsPerHour: 60 })
    for (let at = 0; at < 100; at += 1) audit.note(refusedTo('nobody'))
    log.now += 5 * 60_000
    for (let at = 0; at < 100; at += 1) audit.note(refusedTo('nobody'))
    await audit.close()
    expect((await log.kinds()).filter((kind) => kind === 'request.refused')).toHaveLength(65)
  })

  test('the rest is summarised by code, network and minute', async () => {
    const audit = await log.open({ strangerRecordsPerHour: 1 })
    audit.note(refusedTo('nobody'))
    const from = log.now
    for (const address of ['192.0.2.1', '192.0.2.99', '::ffff:192.0.2.7'])
      audit.note(refusedTo('nobody', address))
    for (let at = 0; at < 2; at += 1)
      audit.note({ kind: 'login.paced', asker: { principal: 'nobody' }, bucket: 'address' })
    log.now += 60_000
    await audit.write(signedOut)
    const summaries = (await log.records()).filter((record) => record['kind'] === 'audit.summarised')
    expect(summaries).toMatchObject([
      { code: 'login-required', prefix: '192.0.2.0/24', count: 3, what: 'refused', from },
      { code: 'login.paced', prefix: 'other', count: 1, what: 'refused' },
    ])
  })

  test('grants that are only counted become one summary a minute', async () => {
    const audit = await log.open()
    for (let at = 0; at < 1000; at += 1) audit.count('loadAsset')
    audit.count('openLogin')
    log.now += 60_000
    await audit.write(signedOut)
    expect((await log.records()).slice(1)).toMatchObject([
      { kind: 'audit.summarised', what: 'granted', code: 'loadAsset', count: 1000 },
      { kind: 'audit.summarised', what: 'granted', code: 'openLogin', count: 1 },
      { kind: 'session.ended' },
    ])
  })
})

/** A token that was replaced long ago comes again: from a browser that is late, or because two hold it. */
import { describe, expect, it } from 'vitest'
import { GateFault } from '../kit/fault.ts'
import { graceMs, renewMs } from './lifetime.ts'
import { useRenewal } from './renewal.contract.ts'
import { elsewhere, facts, hour, minute } from './sample.contract.ts'
import { openSessions } from './sessions.ts'

const { rig, signIn, ask, offered } = useRenewal()

describe('a token', () => {
  it.each([
    ['another address', { address: '192.0.2.8' }],
    ['another browser', { userAgent: 'Browser/2' }],
    ['where somebody signed in, and works no more', facts],
  ])('ends the session when it comes late from %s', async (_, other) => {
    const { token, next } = await offered()
    const from = other === facts ? elsewhere : facts
    await ask(next, rig.sessions, from)
    rig.now += graceMs
    expect(await ask(token, rig.sessions, { ...facts, ...other })).toBe('ended')
    expect(await ask(next, rig.sessions, from)).toBe('ended')
  })

  it('that comes late from where its session is used opens nothing, and ends nothing', async () => {
    const { token, next, session } = await offered()
    const v6 = { ...elsewhere, address: '2001:db8::1' }
    for (const from of [elsewhere, v6]) await ask(next, rig.sessions, from)
    rig.now += graceMs
    for (const from of [elsewhere, v6, elsewhere])
      expect(await ask(token, rig.sessions, from)).toBe('unknown')
    // Another process knows from where somebody signed in.
    expect(await ask(token, rig.open(rig.other))).toBe('unknown')
    expect(await ask(next, rig.sessions, elsewhere)).toBeUndefined()
    const late = { kind: 'session.token-late', asker: { principal: 'guest', session: session.id } }
    expect(rig.events).toMatchObject([
      { ...late, asker: { ...late.asker, ...elsewhere } },
      { ...late, asker: { ...late.asker, ...facts } },
    ])
  })

  it('that comes late by another address of the browser’s own IPv6 network ends nothing', async () => {
    const { token, next } = await offered()
    const from = (address: string) => ({ ...facts, address })
    await ask(next, rig.sessions, from('2001:db8::1'))
    rig.now += graceMs
    expect(await ask(token, rig.sessions, from('2001:db8::aaaa:1'))).toBe('unknown')
    expect(await ask(next, rig.sessions, from('2001:db8::1'))).toBeUndefined()
    expect(await ask(token, rig.sessions, from('2001:db8:0:1::1'))).toBe('ended')
  })

  it('that two hold ends the session also where that can’t be recorded', async () => {
    const { token, next, session } = await offered()
    await ask(next)
    rig.now += graceMs
    const told: string[] = []
    const full = openSessions({
      ...{ store: rig.store, clock: { now: () => rig.now }, twoNetworks: 'end' },
      lifetime: { idleMs: hour, absoluteMs: 24 * hour },
      audit: {
        // As on the reserve of a full disk.
        write: async ({ kind }) => {
          if (kind !== 'session.ended') throw new GateFault('audit-unwritable', 'The test says so.')
          told.push(kind)
          return Promise.resolve()
        },
      },
    })
    full.watch(session, (why) => told.push(`cut: ${why}`))
    await expect(full.find(token, rig.now, elsewhere)).rejects.toThrow('The test says so.')
    expect(await ask(next)).toBe('ended')
    expect(told).toEqual(['cut: token-reused', 'session.ended'])
  })

  it('that was used meanwhile by somebody who signs nothing comes late from a stranger', async () => {
    const { token, next } = await offered()
    await ask(next)
    expect((await rig.sessions.find(token, rig.now, elsewhere)).state).toBe('active')
    rig.now += graceMs
    expect(await ask(token, rig.sessions, elsewhere)).toBe('ended')
  })

  it('that comes late by one version of IP, from where the session was last used by it, ends a session that goes by the other', async () => {
    const { token, next } = await offered()
    const bySix = { ...facts, address: '2001:db8::1' }
    await ask(token, rig.sessions, elsewhere)
    await ask(next, rig.sessions, bySix)
    rig.now += 5 * minute + 1
    await ask(next, rig.sessions, bySix)
    expect(await ask(token, rig.sessions, bySix)).toBe('unknown')
    expect(await ask(token, rig.sessions, elsewhere)).toBe('ended')
  })

  it('that came late is told of again after an hour', async () => {
    const { token, next } = await offered()
    let latest = next
    for (let turn = 0; turn < 9; turn++) {
      latest = (await ask(latest)) ?? latest
      rig.now += renewMs
      expect(await ask(token)).toBe('unknown')
    }
    expect(rig.events).toHaveLength(3)
  })

  it('ends the session however long ago it was replaced, and the record tells from where it was used', async () => {
    const { token, next } = await offered()
    let latest = next
    for (let turn = 0; turn < 4; turn++) {
      await ask(latest)
      rig.now += renewMs
      latest = (await ask(latest)) ?? 'none'
    }
    expect(await ask(latest)).toBeUndefined()
    const found = await rig.sessions.find(token, rig.now, elsewhere)
    expect(found).toMatchObject({ state: 'ended', why: 'token-reused' })
    expect(await ask(latest)).toBe('ended')
    expect(rig.events).toMatchObject([
      { kind: 'session.token-reused', asker: elsewhere },
      { kind: 'session.ended', asker: elsewhere },
    ])
  })

  it('that comes again after the end of its session is told nothing else, and recorded no more', async () => {
    const { token, next } = await offered()
    await ask(next)
    rig.now += graceMs
    for (const from of [elsewhere, elsewhere, facts])
      expect(await ask(token, rig.sessions, from)).toBe('ended')
    expect(rig.events).toHaveLength(2)
  })

  it('cuts the streams of the session when it shows that two hold it', async () => {
    const { token, next, session } = await offered()
    const ends: string[] = []
    rig.open(rig.other).watch(session, (why) => ends.push(`elsewhere ${why}`))
    rig.sessions.watch(session, (why) => ends.push(why))
    await ask(next)
    rig.now += graceMs
    await ask(token, rig.sessions, elsewhere)
    expect(ends).toEqual(['token-reused'])
  })
})

describe('of two who hold one token', () => {
  it.each(['whose it was', 'who copied it'] as const)(
    'the one %s is found out by the other one’s going on',
    async (who) => {
      const { token } = await signIn()
      const jars = { 'whose it was': token, 'who copied it': token }
      const places = { 'whose it was': facts, 'who copied it': elsewhere }
      const askAs = (name: keyof typeof jars) => ask(jars[name], rig.sessions, places[name])
      rig.now += renewMs
      // One of them is quicker, and goes on as a browser does.
      const quick = who === 'whose it was' ? 'who copied it' : 'whose it was'
      for (let turn = 0; turn < 3; turn++) {
        jars[quick] = (await askAs(quick)) ?? jars[quick]
        rig.now += graceMs / 2
      }
      expect(await askAs(quick)).toBeUndefined()
      expect(await askAs(who)).toBe('ended')
      expect(await askAs(quick)).toBe('ended')
      expect(rig.events.map(({ kind }) => kind)).toEqual(['session.token-reused', 'session.ended'])
    },
  )

  it('at one address and with one program, the slower one is refused until it signs in again, which ends it for both', async () => {
    const { token, next } = await offered()
    await ask(next)
    rig.now += graceMs
    expect([await ask(token), await ask(next)]).toEqual(['unknown', undefined])
    // As a login looks at what the browser came with.
    expect(await rig.sessions.find(token, rig.now)).toMatchObject({ state: 'ended', why: 'token-reused' })
    expect(await ask(next)).toBe('ended')
  })
})

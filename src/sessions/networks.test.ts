/** Which use of a session looks like two, and which like somebody on the way. */
import { describe, expect, it } from 'vitest'
import type { SessionId } from '../store/rows.ts'
import { facts, finished, hour, minute, useSessions } from './sample.contract.ts'
import { Networks } from './networks.ts'

const id = 's' as SessionId
const home = '192.0.2.7'
const mobile = '198.51.100.20'

/** Addresses a minute apart; answers what was told of each. */
function note(addresses: readonly string[], everyMs = minute, networks = new Networks()) {
  return addresses.map((address, at) => networks.note(id, address, at * everyMs))
}

describe('a session', () => {
  it('that is used from two networks by turns is told of, once an hour', () => {
    const turns = Array.from({ length: 130 }, (_, at) => (at % 2 === 0 ? home : mobile))
    const told = note(turns).flatMap((network, at) => (network === undefined ? [] : [[at, network]]))
    expect(told).toEqual([
      [2, '198.51.100.0/24'],
      [62, '198.51.100.0/24'],
      [122, '198.51.100.0/24'],
    ])
  })

  it.each([
    ['stays in one network, whatever its address', [home, '192.0.2.200', home, '192.0.2.9']],
    ['moves to another network and stays there', [home, home, mobile, mobile, mobile]],
    ['moves on and on', [home, mobile, '203.0.113.1', '203.0.114.1']],
    ['goes by both versions of IP', [home, '2001:db8:1::1', home, '2001:db8:1::2', home]],
    ['goes by both, one of them written inside the other', ['::ffff:192.0.2.7', home, '::ffff:192.0.2.8']],
  ])('that %s is not', (_, addresses) => {
    expect(note(addresses)).toEqual(addresses.map(() => undefined))
  })

  it('that comes back later has been on its way', () => {
    expect(note([home, mobile, home, mobile], 6 * minute)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    // It was in the first network until just now, however long it had been there.
    const networks = new Networks()
    expect(note([home, home, home, home, home, home, home, mobile, home], minute, networks).at(-1)).toBe(
      '198.51.100.0/24',
    )
  })

  it.each([
    ['2001:db8:1::1', '2001:db8:2::1', '2001:db8:2::/48'],
    [home, mobile, '198.51.100.0/24'],
  ])('is told of with either version of IP', (one, other, network) => {
    expect(note([one, other, one])).toEqual([undefined, undefined, network])
  })

  it('that is over is forgotten', () => {
    const networks = new Networks()
    note([home, mobile], minute, networks)
    networks.forget(id)
    expect(networks.note(id, home, 3 * minute)).toBeUndefined()
  })
})

describe('of many sessions', () => {
  it('the ten thousand that were used last are known', () => {
    const networks = new Networks()
    const name = (at: number) => `s${at}` as SessionId
    for (let at = 0; at <= 10_000; at++) networks.note(name(at), home, 0)
    for (const at of [1, 0]) networks.note(name(at), mobile, 0)
    expect(networks.note(name(1), home, 1)).toBe('198.51.100.0/24')
    expect(networks.note(name(0), home, 1)).toBeUndefined()
  })
})

const rig = useSessions()

describe('requests from two networks', () => {
  const thief = { address: mobile, userAgent: 'Other/1' }
  const byTurns = [facts, thief, facts]

  it('are on record, and end nothing', async () => {
    const { token, session } = await rig.sessions.issue(finished, facts)
    for (const from of byTurns)
      expect((await rig.sessions.find(token, (rig.now += minute), from)).state).toBe('active')
    const asker = { principal: 'guest', session: session.id, ...facts }
    expect(rig.events).toEqual([{ kind: 'session.two-networks', asker, network: '198.51.100.0/24' }])
  })

  it('end the session where the operator says so', async () => {
    const strict = rig.open(rig.store, 'end')
    const { token } = await strict.issue(finished, facts)
    const states: string[] = []
    for (const from of byTurns) states.push((await strict.find(token, (rig.now += minute), from)).state)
    expect(states).toEqual(['active', 'active', 'ended'])
    expect(rig.events).toMatchObject([
      { kind: 'session.two-networks' },
      { kind: 'session.ended', why: 'two-networks' },
    ])
    expect(await rig.sessions.find(token, rig.now + hour)).toMatchObject({ why: 'two-networks' })
  })
})

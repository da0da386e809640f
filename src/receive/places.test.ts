import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNetwork } from '../kit/networks.ts'
import { Places, Seat } from './places.ts'

const proxy = parseNetwork('198.51.100.0/24') ?? expect.fail('not a network')

function makePlaces(connections: number, connectionsPerAddress = Math.floor(connections / 2)) {
  const places = new Places({ connections, connectionsPerAddress, trustedProxies: [proxy] })
  const givenUp: string[] = []
  /** A place that has to be there, under a name by which it is told apart when it is given up. */
  const sit = (peer: string | undefined, name = String(peer)) => {
    const seat = places.take(places.keyOf(peer), () => givenUp.push(name))
    return seat instanceof Seat ? seat : expect.fail(`${name} was turned away: ${seat}`)
  }
  const sitAll = (peer: string, count: number) =>
    Array.from({ length: count }, (_, at) => sit(peer, `${peer} ${String(at)}`))
  return {
    places,
    givenUp,
    sit,
    sitAll,
    refusal: (peer: string) => places.take(places.keyOf(peer), () => undefined),
  }
}

describe('the share of one address', () => {
  it('is limited, and what was given back can be taken again', () => {
    const { places, sit, refusal } = makePlaces(10, 2)
    const [first] = [sit('192.0.2.1'), sit('192.0.2.1')]
    expect(refusal('192.0.2.1')).toBe('address')
    sit('192.0.2.2')
    first.leave()
    // A second time it gives nothing back.
    first.leave()
    expect(places.taken).toBe(2)
    sit('192.0.2.1')
    expect(refusal('192.0.2.1')).toBe('address')
  })

  it('is that of the /64 with IPv6', () => {
    const { sit, refusal } = makePlaces(10, 1)
    sit('2001:db8::1')
    expect(refusal('2001:db8::2')).toBe('address')
    sit('2001:db8:0:1::2')
  })

  it('does not bind those who speak for many', () => {
    const { places, sit } = makePlaces(10, 1)
    for (const peer of ['127.0.0.1', '198.51.100.7', undefined]) [sit(peer), sit(peer)]
    expect(places.taken).toBe(6)
  })
})

describe('when every place is taken', () => {
  it('somebody new gets the one that was idle longest', () => {
    const { givenUp, sit, places } = makePlaces(3, 3)
    const first = sit('192.0.2.1')
    sit('192.0.2.2')
    sit('192.0.2.3')
    // Whoever asked in between is idle since then only.
    first.begin()
    first.end()
    sit('192.0.2.4')
    expect([givenUp, places.taken]).toEqual([['192.0.2.2'], 3])
  })

  it('one of the address that holds most is given up', () => {
    const { givenUp, sit, sitAll } = makePlaces(20, 20)
    sit('192.0.2.1')
    sitAll('192.0.2.2', 19)
    sit('192.0.2.3')
    expect(givenUp).toEqual(['192.0.2.2 0'])
  })

  it('an address with a crowd of connections displaces its own', () => {
    const { givenUp, sit, sitAll } = makePlaces(40, 30)
    for (let at = 0; at < 25; at++) sit(`192.0.2.${String(100 + at)}`)
    sitAll('192.0.2.2', 15)
    for (let at = 0; at < 100; at++) sit('192.0.2.2', 'crowd')
    expect(new Set(givenUp.map((name) => name.split(' ')[0]))).toEqual(new Set(['192.0.2.2', 'crowd']))
  })

  it('strangers go first, the slowest before others, then the idle connections of people who are signed in', () => {
    const { givenUp, sit, refusal } = makePlaces(5, 5)
    const [signedIn, resting, dripping, answered] = [
      sit('192.0.2.1', 'signed-in'),
      sit('192.0.2.2', 'resting'),
      sit('192.0.2.3', 'dripping'),
      sit('192.0.2.4', 'answered'),
    ]
    for (const one of [signedIn, dripping, answered]) one.begin()
    for (const one of [signedIn, resting]) one.vouch('somebody')
    sit('192.0.2.5', 'idle')
    answered.end()
    for (let at = 0; at < 4; at++) {
      const one = sit(`192.0.2.${String(10 + at)}`, 'new')
      one.begin()
      one.vouch(`new ${String(at)}`)
    }
    expect([givenUp, refusal('192.0.2.6')]).toEqual([['dripping', 'idle', 'answered', 'resting'], 'all'])
  })

  it('a request of somebody who is signed in is given up by whoever has more than a share, for whoever has less', () => {
    const { sit, sitAll, refusal, givenUp } = makePlaces(24, 24)
    const keep = (seats: readonly Seat[]) => {
      for (const [at, seat] of seats.entries()) {
        seat.begin()
        seat.vouch(`${String(seat.key)} ${String(at)}`)
      }
    }
    keep(sitAll('192.0.2.1', 1))
    keep(sitAll('192.0.2.2', 13))
    keep(sitAll('192.0.2.3', 10))
    for (let at = 0; at < 7; at++) keep([sit('192.0.2.4', 'new')])
    // The one that holds most loses first, its oldest first, until nobody has more than another.
    const of = (peer: string, from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => `${peer} ${String(from + at)}`)
    expect(givenUp.slice(0, 3)).toEqual(of('192.0.2.2', 0, 3))
    expect([...givenUp].sort()).toEqual([...of('192.0.2.2', 0, 5), ...of('192.0.2.3', 0, 2)])
    // A fair share is left to everybody.
    expect(refusal('192.0.2.4')).toBe('all')
    expect(refusal('192.0.2.3')).toBe('all')
  })

  it('a request of somebody who is signed in is never given up by whoever has a fair share', () => {
    const { sit, refusal, givenUp } = makePlaces(2, 2)
    for (const peer of ['192.0.2.1', '192.0.2.2']) {
      const seat = sit(peer)
      seat.begin()
      seat.vouch(peer)
    }
    expect([refusal('192.0.2.3'), givenUp]).toEqual(['all', []])
  })

  it.each([
    { from: 'many addresses', peerOf: (at: number) => `2001:db8:0:${String(at)}::1` },
    { from: 'behind a proxy', peerOf: () => '198.51.100.7' },
  ])('somebody who is signed in keeps no more than a share, $from', ({ peerOf }) => {
    const { sit, refusal, givenUp } = makePlaces(12, 12)
    const keep = (peer: string, owner: string) => {
      const seat = sit(peer, owner)
      seat.begin()
      seat.vouch(owner)
    }
    keep('192.0.2.1', 'honest')
    for (let at = 0; at < 11; at++) keep(peerOf(at), 'greedy')
    for (let at = 0; at < 3; at++) keep(`192.0.2.${String(10 + at)}`, `new ${String(at)}`)
    expect([givenUp, refusal('192.0.2.99')]).toEqual([['greedy', 'greedy', 'greedy'], 'all'])
  })

  it('what somebody gave back, or somebody else asks on by now, is no share of theirs', () => {
    const { sit, refusal } = makePlaces(12, 12)
    const seats = Array.from({ length: 12 }, (_, at) => sit(`192.0.2.${String(at)}`))
    for (const seat of seats) {
      seat.begin()
      seat.vouch('first')
    }
    for (const seat of seats.slice(0, 6)) seat.vouch('second')
    expect(refusal('192.0.2.99')).toBe('all')
    for (const seat of seats.slice(0, 3)) seat.leave()
    for (let at = 0; at < 3; at++) {
      const seat = sit(`192.0.2.${String(20 + at)}`)
      seat.begin()
      seat.vouch('second')
    }
    expect(refusal('192.0.2.99')).toBe('all')
  })

  it('what many people share is a stranger’s again as soon as nobody who is signed in waits there', () => {
    const { sit, givenUp } = makePlaces(2, 2)
    const [shared, own] = [sit('198.51.100.7', 'shared'), sit('192.0.2.1', 'own')]
    for (const seat of [shared, own]) {
      seat.begin()
      seat.vouch('somebody')
      expect(seat.rank).toBe('kept')
      seat.end()
    }
    expect([shared.rank, own.rank]).toEqual(['stranger', 'resting'])
    // Who it was is told after they are gone.
    shared.vouch('somebody')
    shared.begin()
    sit('192.0.2.2')
    expect(givenUp).toEqual(['shared'])
  })

  it('a proxy gets places from strangers', () => {
    const { givenUp, sit, sitAll } = makePlaces(10, 10)
    sitAll('192.0.2.2', 10)
    for (let at = 0; at < 5; at++) sit('198.51.100.7').begin()
    expect(givenUp).toHaveLength(5)
  })
})

describe('whatever comes and goes', () => {
  const deed = fc.record({
    what: fc.constantFrom('take', 'take', 'take', 'begin', 'end', 'vouch', 'leave'),
    who: fc.nat(7),
    which: fc.nat(60),
  })

  it('no limit is passed, nothing is lost or counted twice, and nobody who is signed in loses a request but to make room for others', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 300 }), (deeds) => {
        const limits = { connections: 12, connectionsPerAddress: 10, trustedProxies: [] }
        const places = new Places(limits)
        const seats: { seat: Seat; peer: string; underWay: number; owner?: string }[] = []
        let lostByKnown = 0
        for (const { what, who, which } of deeds) {
          const peer = `192.0.2.${String(who)}`
          const one = seats[which % Math.max(1, seats.length)]
          if (what === 'take') {
            const seat: ReturnType<Places['take']> = places.take(places.keyOf(peer), () => {
              const [lost] = seats.splice(
                seats.findIndex((other) => other.seat === seat),
                1,
              )
              const held = (of?: string) => seats.filter((other) => other.peer === of).length
              const ofOwner = seats.filter(({ owner }) => owner === lost?.owner).length
              const excess = Math.max(held(lost?.peer), ofOwner) >= 8 && held(peer) < 8
              if (lost?.owner !== undefined && lost.underWay > 0 && !excess) lostByKnown++
            })
            if (seat instanceof Seat) seats.push({ seat, peer, underWay: 0 })
          } else if (one !== undefined) {
            if (what === 'begin') one.underWay++
            if (what === 'end' && one.underWay === 0) continue
            if (what === 'end') one.underWay--
            if (what === 'leave') seats.splice(seats.indexOf(one), 1)
            if (what === 'vouch') one.seat.vouch((one.owner = String(who % 3)))
            else one.seat[what]()
          }
          expect(places.taken).toBe(seats.length)
          expect(places.taken).toBeLessThanOrEqual(limits.connections)
          const own = seats.filter((other) => other.peer === peer).length
          expect(own).toBeLessThanOrEqual(limits.connectionsPerAddress)
        }
        expect(lostByKnown).toBe(0)
        for (const { seat } of seats) seat.leave()
        expect(places.taken).toBe(0)
      }),
    )
  })
})

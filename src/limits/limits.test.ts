/** What starts and what waits, in whatever order calls begin and end. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EndpointLimit } from '../config/config.ts'
import type { Owner } from '../ownership/owner.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import { Limits, type LimitedCall, type Taken } from './limits.ts'

const alice = 'user:a' as Owner
const bob = 'user:b' as Owner

function make(limits: readonly EndpointLimit[], mixedBatch = false) {
  const clock = { time: 1_800_000_000_000, now: () => clock.time }
  const queue = { empty: () => Promise.resolve(false) }
  const parts = { store: makeMemoryStore(), clock, isQueueEmpty: () => queue.empty() }
  const made = new Limits(parts, limits, mixedBatch)
  const take = (owner: Owner, more: Partial<LimitedCall> = {}): Promise<Taken> =>
    made.take({ owner, endpoint: { name: 'generate', batch: false }, bodyBytes: () => 10, ...more })
  return { made, take, clock, queue }
}

const slotOf = (taken: Taken) => {
  if (taken.kind !== 'taken' || taken.slot === undefined) throw new TypeError(`no place: ${taken.kind}`)
  return taken.slot
}

describe('the pace of an endpoint', () => {
  const rate = { burst: 2, intervalMs: 6000 }

  it('is each principal’s own, and comes back with time', async () => {
    const { take, clock } = make([{ pattern: 'generate', rate }])
    expect((await take(alice)).kind).toBe('taken')
    expect((await take(alice)).kind).toBe('taken')
    expect(await take(alice)).toEqual({ kind: 'paced', why: 'rate', retryAfter: 6 })
    expect((await take(bob)).kind).toBe('taken')
    clock.time += 6000
    expect((await take(alice)).kind).toBe('taken')
  })

  it('takes no place among the calls that are under way when it says no', async () => {
    const { take, clock } = make([{ pattern: '*', rate: { burst: 1, intervalMs: 1000 }, concurrent: 2 }])
    slotOf(await take(alice)).release()
    for (let tries = 0; tries < 5; tries++) expect(await take(alice)).toMatchObject({ why: 'rate' })
    clock.time += 1000
    expect((await take(alice)).kind).toBe('taken')
  })
})

describe('a pattern', () => {
  it('stands for whole names, and the first that fits holds', async () => {
    const { take } = make([
      { pattern: 'gen*', bodyBytes: 5 },
      { pattern: '*', bodyBytes: 20 },
    ])
    const named = (name: string) => take(alice, { endpoint: { name, batch: false } })
    expect(await named('generate')).toEqual({ kind: 'large', max: 5 })
    expect((await named('regenerate')).kind).toBe('taken')
    expect((await named('a.b')).kind).toBe('taken')
  })

  it('has no other sign than the star', async () => {
    const { take } = make([{ pattern: 'a.b', bodyBytes: 1 }])
    expect((await take(alice, { endpoint: { name: 'axb', batch: false } })).kind).toBe('taken')
  })
})

describe('calls under way', () => {
  it('end with their event, their session, their request, or after an hour', async () => {
    const { take, made, clock } = make([{ pattern: '*', concurrent: 1 }])
    slotOf(await take(alice)).queued('e1')
    expect(await take(alice)).toEqual({ kind: 'paced', why: 'concurrent', retryAfter: 2 })
    made.eventEnded('e1')
    slotOf(await take(alice, { session: 's' })).queued('e2')
    made.sessionHeard('s')
    made.sessionEnded('s')
    slotOf(await take(alice)).release()
    slotOf(await take(alice)).answered()
    const third = slotOf(await take(alice))
    third.queued('e3')
    third.answered()
    made.eventHeard('e3')
    clock.time += 60 * 60 * 1000 - 1
    expect((await take(alice)).kind).toBe('paced')
    clock.time += 1
    expect((await take(alice)).kind).toBe('taken')
  })

  it('are over too when the stream told of the end before the answer told the id', async () => {
    const { take, made } = make([{ pattern: '*', concurrent: 1 }])
    const slot = slotOf(await take(alice))
    made.eventEnded('e1')
    expect((await take(alice)).kind).toBe('paced')
    slot.queued('e1')
    slot.answered()
    expect((await take(alice)).kind).toBe('taken')
  })

  it('count for a minute where nobody listens for their end', async () => {
    const { take, made, clock } = make([{ pattern: '*', concurrent: 1 }])
    slotOf(await take(alice, { session: 's' })).queued('e1')
    clock.time += 60 * 1000 - 1
    expect((await take(alice)).kind).toBe('paced')
    clock.time += 1
    made.sessionHeard('s')
    expect((await take(alice)).kind).toBe('paced')
    slotOf(await take(bob, { session: 't' })).queued('e2')
    clock.time += 60 * 1000
    const direct = slotOf(await take(bob))
    clock.time += 60 * 1000
    expect((await take(bob)).kind).toBe('paced')
    direct.answered()
    made.sessionHeard('u')
    slotOf(await take(bob, { session: 'u' })).queued('e3')
    clock.time += 60 * 1000
    expect((await take(bob)).kind).toBe('paced')
  })

  it('keep their place when a stream ends that never carried them', async () => {
    const { take, made } = make([{ pattern: '*', concurrent: 1 }])
    const slot = slotOf(await take(alice, { session: 's' }))
    made.sessionHeard('s')
    made.sessionEnded('s')
    expect((await take(alice)).kind).toBe('paced')
    slot.queued('e1')
    made.sessionEnded('s')
    expect((await take(alice)).kind).toBe('taken')
  })

  it('are not held where nobody counts them', async () => {
    const { take } = make([{ pattern: '*', rate: { burst: 5, intervalMs: 1000 } }])
    expect(await take(alice)).toEqual({ kind: 'taken' })
  })

  it('are seen to end in the stream that passes', async () => {
    const { take, made } = make([{ pattern: '*', concurrent: 1 }])
    slotOf(await take(alice)).queued('e1')
    const tap = made.tap()
    const show = (value: object) => {
      const text = JSON.stringify(value)
      return tap.take({ text, json: () => JSON.parse(text) as never })
    }
    expect(show({ msg: 'process_generating', event_id: 'e1', output: 'process_completed' })).toBeUndefined()
    expect((await take(alice)).kind).toBe('paced')
    expect(show({ msg: 'process_completed', event_id: 'e1' })).toBeUndefined()
    expect((await take(alice)).kind).toBe('taken')
  })

  it('are seen to end in a message that is too large to be held', async () => {
    const { take, made } = make([{ pattern: '*', concurrent: 1 }])
    slotOf(await take(alice)).queued('e1')
    const open = (msg: string) => made.tap().large?.(`{"msg":"${msg}","event_id":"e1","output":{"data":["x`)
    expect(open('process_generating')).toBe('pass')
    expect((await take(alice)).kind).toBe('paced')
    expect(open('process_completed')).toBe('pass')
    expect((await take(alice)).kind).toBe('taken')
  })

  it('are never more than allowed, and no place is lost, in any order of beginnings and ends', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('take' as const), owner: fc.constantFrom(alice, bob), session: fc.nat(2) }),
      fc.record({ do: fc.constantFrom('release' as const, 'event' as const), which: fc.nat(20) }),
      fc.record({ do: fc.constant('session' as const), session: fc.nat(2) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { take, made } = make([{ pattern: '*', concurrent: 2 }])
        const running: { owner: Owner; event: string; session: string; release: () => void }[] = []
        const end = (gone: (one: (typeof running)[number]) => boolean) => {
          for (const one of running.filter(gone)) running.splice(running.indexOf(one), 1)
        }
        let events = 0
        for (const one of steps) {
          if (one.do === 'take') {
            const session = `${one.owner} ${one.session}`
            const taken = await take(one.owner, { session })
            const count = running.filter(({ owner }) => owner === one.owner).length
            expect(taken.kind).toBe(count < 2 ? 'taken' : 'paced')
            if (taken.kind !== 'taken') continue
            const event = `e${events++}`
            const slot = slotOf(taken)
            slot.queued(event)
            running.push({ owner: one.owner, event, session, release: () => slot.release() })
          } else if (one.do === 'session') {
            for (const owner of [alice, bob]) made.sessionEnded(`${owner} ${one.session}`)
            end(({ session }) => session.endsWith(` ${one.session}`))
          } else {
            const found = running[one.which % Math.max(1, running.length)]
            if (found === undefined) continue
            if (one.do === 'event') made.eventEnded(found.event)
            else found.release()
            end((other) => other === found)
          }
        }
      }),
    )
  })
})

describe('a batch endpoint', () => {
  const batch = { endpoint: { name: 'classify', batch: true } }

  it('serves one principal at a time, since all samples run under the first caller’s name', async () => {
    const { take } = make([])
    const slot = slotOf(await take(alice, batch))
    expect((await take(alice, batch)).kind).toBe('taken')
    expect(await take(bob, batch)).toEqual({ kind: 'paced', why: 'batch', retryAfter: 2 })
    slot.release()
    expect((await take(bob, batch)).kind).toBe('paced')
  })

  it('serves the next as soon as nothing waits in the app’s queue', async () => {
    const { take, queue } = make([])
    slotOf(await take(alice, batch)).queued('e1')
    expect(await take(bob, batch)).toMatchObject({ why: 'batch' })
    queue.empty = () => Promise.resolve(true)
    expect((await take(bob, batch)).kind).toBe('taken')
    // Bob’s is on its way to the queue: that it is empty says nothing of it.
    expect(await take(alice, batch)).toMatchObject({ why: 'batch' })
  })

  it('takes what was queued while the app was asked for waiting', async () => {
    const { take, queue } = make([])
    const slot = slotOf(await take(alice, batch))
    queue.empty = () => {
      slot.queued('e1')
      return Promise.resolve(true)
    }
    expect(await take(bob, batch)).toMatchObject({ why: 'batch' })
    expect((await take(bob, batch)).kind).toBe('taken')
  })

  it('is taken by one of those who come at once', async () => {
    const { take, queue } = make([])
    slotOf(await take(alice, batch)).queued('e1')
    queue.empty = () => Promise.resolve(true)
    const carol = 'user:c' as Owner
    const taken = await Promise.all([take(bob, batch), take(carol, batch)])
    expect(taken.map(({ kind }) => kind).sort()).toEqual(['paced', 'taken'])
  })

  it('serves all at once where the operator says that it asks nobody’s name', async () => {
    const { take } = make([], true)
    await take(alice, batch)
    expect((await take(bob, batch)).kind).toBe('taken')
  })
})

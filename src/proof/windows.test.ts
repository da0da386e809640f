/** What is remembered of signed requests: enough to take none twice, and no more than so much. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs } from './epochs.ts'
import { keptMs, mostInstances, Windows } from './windows.ts'

const use = (instance: string, counter: number, epochAt = 0, owner = 'session') => ({
  owner,
  instance,
  counter,
  epochAt,
})

describe('the windows', () => {
  it('keep documents and sessions apart', () => {
    const windows = new Windows()
    expect(windows.take(use('a', 1), 1)).toBe('fresh')
    expect(windows.take(use('b', 1), 1)).toBe('fresh')
    expect(windows.take(use('a', 1, 0, 'other'), 1)).toBe('fresh')
    expect(windows.take(use('a', 1), 1)).toBe('replayed')
    expect(windows.take(use('a', 2), 1)).toBe('fresh')
  })

  it('hold so many documents of one session; who used it longest ago goes, and nothing of its is good again', () => {
    const windows = new Windows()
    for (let n = 0; n <= mostInstances; n++) expect(windows.take(use(`i${n}`, 1, n), n)).toBe('fresh')
    expect(windows.size).toEqual({ owners: 1, instances: mostInstances })
    expect(windows.take(use('i0', 1, 0), 100)).toBe('stale')
    expect(windows.take(use('i0', 2, 0), 100)).toBe('stale')
    // With a challenge from after its last one, it goes on.
    expect(windows.take(use('i0', 2, 100), 101)).toBe('fresh')
    // Those that are known go on with the challenge they have.
    expect(windows.take(use('i5', 2, 5), 102)).toBe('fresh')
  })

  it('take nothing again of a document that had to go and came back', () => {
    const windows = new Windows()
    for (let n = 0; n <= mostInstances; n++) expect(windows.take(use(`i${n}`, 1, n), n)).toBe('fresh')
    expect(windows.take(use('i0', 2, 100), 100)).toBe('fresh')
    // Its window is a new one, which doesn't know of its first request.
    expect(windows.take(use('i0', 1, 0), 101)).toBe('stale')
    expect(windows.take(use('i0', 3, 100), 102)).toBe('fresh')
  })

  it('go by a document’s last use and its youngest challenge, not its first', () => {
    const windows = new Windows()
    for (let n = 0; n < mostInstances; n++) windows.take(use(`i${n}`, 1), 0)
    expect(windows.take(use('i0', 2, 50), 50)).toBe('fresh')
    expect(windows.take(use('i0', 3, 40), 50)).toBe('fresh')
    expect(windows.size.instances).toBe(mostInstances)
    windows.take(use('new', 1, 51), 51)
    expect(windows.take(use('i0', 2, 50), 52)).toBe('replayed')
    expect(windows.take(use('i1', 1), 52)).toBe('stale')
    // All others by an older one than its youngest.
    for (let n = 2; n < mostInstances; n++) expect(windows.take(use(`i${n}`, 2, 2), 53)).toBe('fresh')
    expect(windows.take(use('new', 2, 51), 53)).toBe('fresh')
    expect(windows.take(use('i0', 2, 50), 54)).toBe('replayed')
    expect(windows.take(use('newest', 1, 51), 54)).toBe('fresh')
    expect(windows.take(use('i0', 2, 50), 54)).toBe('stale')
  })

  it('take nothing again of a document that had to go before its session had to', () => {
    const windows = new Windows(mostInstances)
    expect(windows.take(use('i0', 1, 100), 100)).toBe('fresh')
    // Their challenges are older ones.
    for (let n = 1; n <= mostInstances; n++) expect(windows.take(use(`i${n}`, 1, n), 100)).toBe('fresh')
    expect(windows.take(use('a', 1, 100, 'other'), 100)).toBe('fresh')
    expect(windows.size).toEqual({ owners: 1, instances: 1 })
    expect(windows.take(use('i0', 1, 100), 101)).toBe('stale')
  })

  it('forget a session when no challenge is left that could be answered again', () => {
    const windows = new Windows()
    expect(windows.take(use('a', 1, 0, 'one'), 0)).toBe('fresh')
    expect(windows.take(use('a', 1, 0, 'two'), keptMs - 1)).toBe('fresh')
    expect(windows.size.owners).toBe(2)
    expect(windows.take(use('a', 2, keptMs, 'two'), keptMs)).toBe('fresh')
    expect(windows.size.owners).toBe(1)
  })

  it('know a call that is repeated as late as pages do, under a challenge that is as old as may be', () => {
    const windows = new Windows()
    const repeated = 4 * 60_000
    const arrives = repeated + epochMs - 1
    expect(windows.take(use('a', 2, 0), 0)).toBe('fresh')
    expect(windows.take(use('a', 1, arrives, 'other'), arrives)).toBe('fresh')
    expect(windows.take(use('a', 2, repeated), arrives)).toBe('replayed')
  })

  it('hold so many of all sessions together; whoever came first goes, and nothing of theirs is good again', () => {
    const windows = new Windows(10)
    for (let n = 0; n < 20; n++) expect(windows.take(use('a', 1, n, `s${n}`), n)).toBe('fresh')
    expect(windows.size).toEqual({ owners: 10, instances: 10 })
    for (let n = 0; n < 10; n++) expect(windows.take(use('a', 1, n, `s${n}`), 100)).toBe('stale')
    for (let n = 10; n < 20; n++) expect(windows.take(use('a', 1, n, `s${n}`), 100)).toBe('replayed')
    expect(windows.take(use('a', 2, 50, 's0'), 100)).toBe('fresh')
  })

  it('take nothing again when the clock is set back after they forgot', () => {
    const windows = new Windows()
    expect(windows.take(use('a', 1, 1000), 1000)).toBe('fresh')
    expect(windows.take(use('b', 1, 1000 + keptMs, 'other'), 1000 + keptMs)).toBe('fresh')
    expect(windows.take(use('a', 1, 1000), 1001)).toBe('stale')
  })

  it('never take the same use twice, whatever comes in between', () => {
    const uses = fc.record({
      owner: fc.constantFrom('one', 'two'),
      instance: fc.nat({ max: 80 }).map((n) => `i${n}`),
      counter: fc.integer({ min: 1, max: 600 }),
      wait: fc.integer({ min: 0, max: epochMs / 4 }),
      age: fc.integer({ min: 0, max: epochMs - 1 }),
      again: fc.nat({ max: 50 }),
    })
    fc.assert(
      fc.property(fc.array(uses, { maxLength: 300 }), (all) => {
        const windows = new Windows()
        const done: { owner: string; instance: string; counter: number; epochAt: number }[] = []
        const taken = new Set<string>()
        let now = epochMs
        for (const { wait, age, again, ...fresh } of all) {
          now += wait
          const replayed = done[done.length - 1 - again]
          const wanted = replayed ?? { ...fresh, epochAt: now - age }
          // A challenge that is over is turned away before (epochs.ts).
          if (now - wanted.epochAt >= epochMs) continue
          const name = `${wanted.owner} ${wanted.instance} ${wanted.counter} ${wanted.epochAt}`
          if (windows.take(wanted, now) === 'fresh') {
            expect(taken).not.toContain(name)
            taken.add(name)
            done.push(wanted)
          }
        }
        expect(windows.size.instances).toBeLessThanOrEqual(2 * mostInstances)
      }),
    )
  })
})

/** Who waits for whom. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaults } from '../config/defaults.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import type { AccountId, PasswordRow } from '../store/rows.ts'
import { failureKeyOf, type Username } from '../kit/username.ts'
import { failureRule } from '../users/failures.ts'
import { markOf, type KnownBrowser } from './known-browser.ts'
import { makeThrottle } from './throttle.ts'

const row: PasswordRow = {
  id: 'shared',
  record: 'first',
  stretching: { memory: 8, iterations: 1, parallelism: 1 },
  changedAt: 1,
}
const mark = markOf(row)
const start = 1_700_000_000_000
const day = 24 * 60 * 60 * 1000

describe('the pace', () => {
  const paces = {
    address: { burst: 3, intervalMs: 10_000 },
    everyone: { burst: 8, intervalMs: 1_000 },
    knownBrowser: { burst: 2, intervalMs: 10_000 },
  }
  const make = () => {
    const throttle = makeThrottle(paces, makeMemoryStore())
    const allowed = async (address: string, browser?: KnownBrowser, now = start) =>
      throttle.attempt({ address, browser, mark }, now)
    return { throttle, allowed }
  }

  it('lets an address try a few times, then says how long to wait, and lets it try again', async () => {
    const { allowed } = make()
    for (let n = 0; n < 3; n++) expect(await allowed('192.0.2.1')).toEqual({ allowed: true })
    expect(await allowed('192.0.2.1')).toEqual({ allowed: false, bucket: 'stranger', retryAfter: 10 })
    expect(await allowed('192.0.2.1', undefined, start + 9_500)).toMatchObject({ retryAfter: 1 })
    expect(await allowed('192.0.2.1', undefined, start + 10_000)).toEqual({ allowed: true })
    expect(await allowed('192.0.2.2', undefined, start + 10_000)).toEqual({ allowed: true })
  })

  it('holds for all strangers together, however many addresses they have', async () => {
    const { allowed } = make()
    const answers = []
    for (let n = 0; n < 100; n++) answers.push(await allowed(`2001:db8:0:${n.toString(16)}::1`))
    expect(answers.filter((answer) => answer.allowed).length).toBe(8)
  })

  it('never locks: after the flood a stranger gets in at once', async () => {
    const { allowed } = make()
    for (let n = 0; n < 1000; n++) await allowed(`192.0.2.${String(n % 250)}`)
    expect(await allowed('198.51.100.1', undefined, start + 1_000)).toEqual({ allowed: true })
  })

  it('of a flood does not touch a browser that signed in before, not even behind the same address', async () => {
    const { allowed } = make()
    for (let n = 0; n < 100; n++) await allowed('192.0.2.1')
    for (let n = 0; n < 100; n++) await allowed(`192.0.2.${String(n)}`)
    expect((await allowed('192.0.2.1')).allowed).toBe(false)
    expect(await allowed('192.0.2.1', { id: 'mine', mark, atHome: true })).toEqual({ allowed: true })
  })

  it('of a known browser is its own, and costs strangers nothing until it is used up', async () => {
    const { allowed } = make()
    const mine = { id: 'mine', mark, atHome: true }
    for (let n = 0; n < 2; n++) expect((await allowed('192.0.2.1', mine)).allowed).toBe(true)
    expect((await allowed('192.0.2.1', { id: 'yours', mark, atHome: true })).allowed).toBe(true)
    for (let n = 0; n < 3; n++) expect((await allowed('192.0.2.1')).allowed).toBe(true)
    expect(await allowed('192.0.2.1', mine)).toEqual({
      allowed: false,
      bucket: 'known-browser',
      retryAfter: 10,
    })
    expect((await allowed('192.0.2.2', mine)).allowed).toBe(true)
  })

  it('of a known browser is one where somebody signed in with it, and another elsewhere', async () => {
    const { allowed } = make()
    const [mine, copy] = [true, false].map((atHome) => ({ id: 'mine', mark, atHome }))
    const used = []
    for (let n = 0; n < 9; n++) used.push((await allowed('192.0.2.66', copy)).allowed)
    expect(used).toEqual([true, true, true, true, true, false, false, false, false])
    expect((await allowed('192.0.2.66', mine)).allowed).toBe(true)
    expect((await allowed('192.0.2.66', mine)).allowed).toBe(true)
    expect((await allowed('192.0.2.66', mine)).allowed).toBe(false)
  })

  it.each([
    [5_000, { bucket: 'stranger', retryAfter: 5 }],
    [60_000, { bucket: 'known-browser', retryAfter: 10 }],
  ])('says of two waits the shorter one, where a stranger’s takes %i ms', async (intervalMs, said) => {
    const own = { burst: 1, intervalMs: 10_000 }
    const address = { burst: 1, intervalMs }
    const throttle = makeThrottle({ ...paces, address, knownBrowser: own }, makeMemoryStore())
    const attempt = { address: '192.0.2.1', browser: { id: 'mine', mark, atHome: true }, mark }
    for (let n = 0; n < 2; n++) expect((await throttle.attempt(attempt, start)).allowed).toBe(true)
    expect(await throttle.attempt(attempt, start)).toEqual({ allowed: false, ...said })
  })

  it('of a browser that was given another cookie is for its copies the strangers’, a minute after the first one', async () => {
    const { throttle, allowed } = make()
    const mine = { id: 'mine', mark, atHome: true }
    await throttle.replace(mine, start - 60_000)
    await throttle.replace(mine, start - 1)
    const used = []
    for (const atHome of [true, false, true, false])
      used.push((await allowed('192.0.2.1', { ...mine, atHome })).allowed)
    expect(used).toEqual([true, true, true, false])
    const next = { ...mine, id: 'next' }
    await throttle.replace(next, start - 59_999)
    expect((await allowed('192.0.2.1', next)).allowed).toBe(true)
  })

  it('of such a browser is the strangers’ at once where the clock ran ahead when it was given the other', async () => {
    const { throttle, allowed } = make()
    const attempts = async (id: string) => {
      const used = []
      for (const atHome of [true, false, true, false])
        used.push((await allowed('192.0.2.1', { id, mark, atHome })).allowed)
      return used
    }
    await throttle.replace({ id: 'ahead', mark, atHome: true }, start + day)
    expect(await attempts('ahead')).toEqual([true, true, true, false])
    // Two processes may differ by a little.
    await throttle.replace({ id: 'level', mark, atHome: true }, start + 60_000)
    expect(await attempts('level')).toEqual([true, true, true, true])
  })

  it('lets whoever waits as long as they are told try again, or tells them once more', async () => {
    const throttle = makeThrottle(defaults.pace, makeMemoryStore())
    const browser = { id: 'mine', mark, atHome: true }
    const attempt = { address: '192.0.2.1', browser, mark, username: 'bob' as Username }
    const refusals = []
    let now = start
    for (let tries = 0; tries < 60; tries += 1) {
      let told = 0
      for (let answer; !(answer = await throttle.attempt(attempt, now)).allowed; told += 1)
        now += answer.retryAfter * 1000
      refusals.push(told)
      now += 1000
    }
    expect(refusals.slice(0, 10)).toEqual(Array(10).fill(0))
    expect(Math.max(...refusals)).toBeLessThanOrEqual(2)
    expect(Math.max(...refusals)).toBeGreaterThan(0)
  })

  it('holds for all cookies gathered with an earlier password together', async () => {
    const { throttle } = make()
    const today = markOf({ ...row, record: 'second' })
    const before = (n: number) => ({
      address: '192.0.2.1',
      browser: { id: String(n), mark, atHome: true },
      mark: today,
    })
    const answers = []
    for (let n = 0; n < 100; n++) answers.push(await throttle.attempt(before(n), start))
    // Those, and then what the address has.
    expect(answers.filter((answer) => answer.allowed).length).toBe(8 + 3)
    expect(answers.at(-1)).toMatchObject({ bucket: 'known-before' })
    const stranger = { address: '192.0.2.2', browser: undefined, mark: today }
    expect((await throttle.attempt(stranger, start)).allowed).toBe(true)
  })
})

describe('the pace of a user’s name', () => {
  const unpaced = { burst: 1_000_000, intervalMs: 1 }
  const paces = { address: unpaced, everyone: unpaced, knownBrowser: unpaced }
  const username = 'bob' as Username
  const account = 'bobbobbobbob' as AccountId
  type Who = 'stranger' | 'known' | 'copied' | 'former'
  type Step = readonly ['wait', number] | readonly ['try', Who] | readonly ['clear']

  const browserOf = (who: Who): KnownBrowser | undefined => {
    if (who === 'stranger') return undefined
    if (who === 'former') return { id: who, mark: markOf({ ...row, record: 'older' }), atHome: true }
    return { id: 'known', mark, atHome: who === 'known' }
  }
  const steps = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.tuple(fc.constant('wait' as const), fc.nat(20 * 60_000)) },
      {
        weight: 12,
        arbitrary: fc.tuple(
          fc.constant('try' as const),
          fc.constantFrom('stranger', 'known', 'copied', 'former'),
        ),
      },
      { weight: 1, arbitrary: fc.constant(['clear'] as const) },
    ),
    { maxLength: 600 },
  )

  it('lets strangers try 80 times between two successes, and a known browser 10 at home and 10 elsewhere, and never once more, whatever they do', async () => {
    await fc.assert(
      fc.asyncProperty(steps as fc.Arbitrary<Step[]>, async (all) => {
        const store = makeMemoryStore()
        const throttle = makeThrottle(paces, store)
        let [now, strangers, own, copied] = [start, 0, 0, 0]
        for (const step of all) {
          if (step[0] === 'wait') now += step[1]
          else if (step[0] === 'clear') {
            strangers = 0
            await store.failures.clear(failureKeyOf(username))
          } else {
            const attempt = { address: '192.0.2.1', browser: browserOf(step[1]), mark, username, account }
            const paced = await throttle.attempt(attempt, now)
            if (!paced.allowed) {
              expect(paced.retryAfter).toBeGreaterThanOrEqual(1)
              expect(paced.retryAfter).toBeLessThanOrEqual(900)
            } else if (paced.counted?.key === 'known:known') own++
            else if (paced.counted?.key === 'known:known:away') copied++
            else {
              strangers++
              expect(paced.counted).toMatchObject({ key: 'user:bob', last: strangers === 80 })
            }
          }
          expect(strangers).toBeLessThanOrEqual(80)
          expect(Math.max(own, copied)).toBeLessThanOrEqual(10)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('is reached by nobody who tries with all patience: 100 in all, though a copied cookie helps', async () => {
    const throttle = makeThrottle(paces, makeMemoryStore())
    let now = start
    const tryAll = async (who: Who) => {
      let tries = 0
      for (let n = 0; n < 300; n++) {
        now += 900_000
        const attempt = { address: '192.0.2.1', browser: browserOf(who), mark, username, account }
        if ((await throttle.attempt(attempt, now)).allowed) tries++
      }
      return tries
    }
    expect(await tryAll('stranger')).toBe(80)
    expect(await tryAll('copied')).toBe(10)
    expect(await tryAll('known')).toBe(10)
    expect(await tryAll('former')).toBe(0)
  })

  it('counts a name that nobody has like any other, and no attempt at the shared password', async () => {
    const store = makeMemoryStore()
    const throttle = makeThrottle(paces, store)
    const attempt = { address: '192.0.2.1', browser: undefined, mark }
    expect(await throttle.attempt({ ...attempt, username: 'mallory' as Username }, start)).toEqual({
      allowed: true,
      counted: { key: 'user:mallory', failures: 1, last: false },
    })
    expect(await throttle.attempt(attempt, start)).toEqual({ allowed: true })
  })

  it.each(['stranger', 'known'] as const)(
    'costs a %s one wait where the clock ran ahead, and not as long as it did',
    async (who) => {
      const throttle = makeThrottle(paces, makeMemoryStore())
      const retryAfter = async (now: number, browser = browserOf(who)) => {
        const answer = await throttle.attempt({ address: '192.0.2.1', browser, mark, username }, now)
        return answer.allowed ? 0 : answer.retryAfter
      }
      const ahead = start + 365 * day
      while ((await retryAfter(ahead, undefined)) === 0);
      while ((await retryAfter(ahead)) === 0);
      // One for the count, and one for the pace, which ran ahead as well.
      const waits = [await retryAfter(start)]
      while (waits.length < 3 && waits.at(-1) !== 0)
        waits.push(await retryAfter(start + 1000 * waits.reduce((sum, one) => sum + one)))
      expect(waits).toEqual([failureRule.firstWaitMs / 1000, expect.any(Number), 0])
    },
  )

  it('is not drawn from by an attempt that the address had to wait for', async () => {
    const store = makeMemoryStore()
    const throttle = makeThrottle({ ...paces, address: { burst: 1, intervalMs: 10_000 } }, store)
    const attempt = { address: '192.0.2.1', browser: undefined, mark, username }
    await throttle.attempt(attempt, start)
    expect(await throttle.attempt(attempt, start)).toMatchObject({ allowed: false, bucket: 'stranger' })
    expect(await store.failures.find('user:bob')).toMatchObject({ count: 1 })
  })
})

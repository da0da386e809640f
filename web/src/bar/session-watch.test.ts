/** Tests of when the bar asks about the session: soon when there is a reason, never as a habit. */
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SessionWatch, untilEnd, waitFor, type Occasion, type Seen } from './session-watch.ts'

const minute = 60_000
const open = (idleEndsIn: number, endsIn: number): Seen => ({
  kind: 'open',
  state: { id: 's', principal: 'guest', idleEndsIn, endsIn },
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function makeWatch(answer: () => Seen) {
  const asked: number[] = []
  const told: Seen['kind'][] = []
  const ask = () => {
    asked.push(Date.now())
    return Promise.resolve(answer())
  }
  const watch = new SessionWatch(ask, (seen) => told.push(seen.kind))
  return { watch, asked, told }
}

test('the first look asks at once, looking again within a minute does not', async () => {
  const { watch, asked } = makeWatch(() => open(3600, 7200))
  watch.notice('look')
  await vi.advanceTimersByTimeAsync(minute - 1)
  watch.notice('look')
  expect(asked).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  watch.notice('look')
  expect(asked).toHaveLength(2)
})

test('an untouched page asks when the session can have ended, and not before', async () => {
  const { watch, asked } = makeWatch(() => open(600, 7200))
  watch.notice('look')
  await vi.advanceTimersByTimeAsync(600_000)
  expect(asked).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(asked).toHaveLength(2)
})

test('a refusal is looked into at once, even just after a look', async () => {
  let answer = open(3600, 7200)
  const { watch, told } = makeWatch(() => answer)
  watch.notice('look')
  await vi.advanceTimersByTimeAsync(100)
  answer = { kind: 'ended' }
  watch.notice('refusal')
  await vi.advanceTimersByTimeAsync(0)
  expect(told).toEqual(['open', 'ended'])
})

test('an app that refuses by itself causes at most one question a minute', async () => {
  const { watch, asked } = makeWatch(() => open(36_000, 72_000))
  watch.notice('look')
  for (let second = 0; second < 600; second++) {
    watch.notice('refusal')
    watch.notice('cut')
    await vi.advanceTimersByTimeAsync(1000)
  }
  expect(asked.length).toBeGreaterThan(5)
  // Ten minutes, the first look, and a refusal at once where none came for five minutes.
  expect(asked.length).toBeLessThanOrEqual(13)
})

test('a page that knows of the end ignores refusals and waits for somebody', async () => {
  let answer: Seen = { kind: 'ended' }
  const { watch, asked, told } = makeWatch(() => answer)
  watch.notice('look')
  await vi.advanceTimersByTimeAsync(10 * minute)
  watch.notice('refusal')
  watch.notice('cut')
  expect(asked).toHaveLength(1)
  answer = open(3600, 7200)
  watch.notice('look')
  await vi.advanceTimersByTimeAsync(0)
  expect(told).toEqual(['ended', 'open'])
})

test('news of another tab is not lost when it comes right after a look', async () => {
  let answer = open(3600, 7200)
  const { watch, told } = makeWatch(() => answer)
  watch.notice('look')
  await vi.advanceTimersByTimeAsync(0)
  answer = { kind: 'ended' }
  watch.notice('news')
  await vi.advanceTimersByTimeAsync(2_000)
  expect(told).toEqual(['open', 'ended'])
})

test('news does not wait for what may wait longer, and is one question with it', async () => {
  let answer = open(3600, 7200)
  const { watch, asked, told } = makeWatch(() => answer)
  watch.notice('look')
  await vi.advanceTimersByTimeAsync(100)
  watch.notice('cut')
  answer = { kind: 'ended' }
  watch.notice('news')
  await vi.advanceTimersByTimeAsync(2_000)
  expect(told).toEqual(['open', 'ended'])
  await vi.advanceTimersByTimeAsync(minute)
  expect(asked).toHaveLength(2)
})

test('whoever looks again after the end is answered, whatever was put off before it', async () => {
  let answer = open(3600, 7200)
  const { watch, told } = makeWatch(() => answer)
  watch.notice('look')
  await vi.advanceTimersByTimeAsync(1_000)
  watch.notice('cut')
  await vi.advanceTimersByTimeAsync(57_800)
  answer = { kind: 'ended' }
  watch.notice('refusal')
  await vi.advanceTimersByTimeAsync(500)
  answer = open(3600, 7200)
  watch.notice('look')
  await vi.advanceTimersByTimeAsync(2_000)
  expect(told).toEqual(['open', 'ended', 'open'])
})

test('what was put off before the end shows it to nobody once more', async () => {
  let answer = open(3600, 7200)
  const { watch, told } = makeWatch(() => answer)
  watch.notice('look')
  await vi.advanceTimersByTimeAsync(1_000)
  watch.notice('cut')
  answer = { kind: 'ended' }
  watch.notice('refusal')
  await vi.advanceTimersByTimeAsync(10 * minute)
  expect(told).toEqual(['open', 'ended'])
})

test('without an answer the page stays as it was and asks again a minute later', async () => {
  let answer = open(600, 7200)
  const { watch, asked, told } = makeWatch(() => answer)
  watch.notice('look')
  await vi.advanceTimersByTimeAsync(5 * minute)
  answer = { kind: 'unknown' }
  watch.notice('look')
  await vi.advanceTimersByTimeAsync(minute)
  expect(told).toEqual(['open'])
  expect(asked).toHaveLength(3)
})

test('only the first announced end may come within a minute', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (idleEndsIn, endsIn) => {
      const state = { id: 's', principal: 'guest', idleEndsIn, endsIn } as const
      expect(untilEnd(state, true)).toBeGreaterThanOrEqual(1000)
      expect(untilEnd(state, false)).toBeGreaterThanOrEqual(minute)
      expect(untilEnd(state, false)).toBeLessThan(2 ** 31)
    }),
  )
})

test('no occasion waits longer than a minute, and none but the end asks twice at once', () => {
  const occasions = fc.constantFrom<Occasion>('end', 'look', 'refusal', 'cut', 'news')
  fc.assert(
    fc.property(occasions, fc.nat({ max: 1e9 }), fc.nat({ max: 1e6 }), (occasion, last, since) => {
      const wait = waitFor(occasion, last + since, { last, lastRefusal: last })
      expect(wait).toBeLessThanOrEqual(minute)
      if (since === 0) expect(wait > 0).toBe(occasion !== 'end')
    }),
  )
})

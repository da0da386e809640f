/** Which challenge a page signs under, and what time it takes it to be. */
import { writeChallenge } from 'sekisho/proof'
import { expect, test } from 'vitest'
import { Challenges } from './challenges.ts'

const field = (epoch: string, at = 1_700_000_000) => writeChallenge({ epoch, at, keyid: 'key' })

/** A gate that answers what it is told to, and clocks that go on when they are told to. */
function make(...answers: readonly (string | null | Error)[]) {
  const left = [...answers]
  const time = { steady: 0, wall: 1_000 }
  let asked = 0
  const ask = () => {
    asked++
    const answer = left.length === 0 ? new TypeError('no answer') : left.shift()
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? null)
  }
  const challenges = new Challenges(ask, () => ({ ...time }))
  return { challenges, time, asked: () => asked }
}

const pass = (time: { steady: number; wall: number }, ms: number) => {
  time.steady += ms
  time.wall += ms
}

test('the gate is asked once, by however many requests', async () => {
  const { challenges, asked } = make(field('one'))
  const all = await Promise.all([challenges.current(), challenges.current(), challenges.current()])
  expect(all.map((one) => one?.epoch)).toEqual(['one', 'one', 'one'])
  expect(asked()).toBe(1)
})

test('the time is the gate’s, however wrong this machine’s clock is', async () => {
  const { challenges, time } = make(field('one', 1_700_000_000))
  await challenges.current()
  time.wall = 5
  time.steady += 61_999
  expect(await challenges.current()).toMatchObject({ epoch: 'one', now: 1_700_000_061 })
})

test('one that is about to end is not used, nor one from before the machine slept', async () => {
  for (const sleep of [(time: { steady: number; wall: number }) => pass(time, 241_000), wallOnly]) {
    const { challenges, time } = make(field('one'), field('two', 1_700_003_600))
    await challenges.current()
    sleep(time)
    expect(await challenges.current()).toMatchObject({ epoch: 'two', now: 1_700_003_600 })
  }
})

function wallOnly(time: { wall: number }): void {
  time.wall += 3_600_000
}

test('an old one is better than none while the gate does not answer', async () => {
  const { challenges, time } = make(field('one'))
  await challenges.current()
  pass(time, 600_000)
  expect(await challenges.current()).toMatchObject({ epoch: 'one' })
})

test('whoever asks anew hears whether there was an answer, and keeps what there is if not', async () => {
  const { challenges } = make(field('one'), new TypeError('busy'), null)
  expect(await challenges.renew()).toBe(true)
  expect(await challenges.renew()).toBe(false)
  expect(await challenges.current()).toMatchObject({ epoch: 'one' })
  expect(await challenges.afresh()).toBe(true)
  expect(await challenges.current()).toBeUndefined()
  expect(await challenges.afresh()).toBe(false)
})

test('what can’t wait takes an old one, and asks only where there is none', async () => {
  const { challenges, time, asked } = make(field('one'), field('two'))
  expect(await challenges.current(true)).toMatchObject({ epoch: 'one' })
  pass(time, 250_000)
  expect(await challenges.current(true)).toMatchObject({ epoch: 'one', now: 1_700_000_250 })
  expect(asked()).toBe(1)
  expect(await challenges.current()).toMatchObject({ epoch: 'two' })
})

test('without a session there is none, and nobody asks again until an answer brings one', async () => {
  const { challenges, asked } = make(null)
  expect(await challenges.current()).toBeUndefined()
  expect(await challenges.current()).toBeUndefined()
  expect(asked()).toBe(1)
  expect(challenges.take(field('two'), true)).toBe(true)
  expect(await challenges.current()).toMatchObject({ epoch: 'two' })
})

test('an answer out of the browser’s cache brings nothing back that was replaced', async () => {
  const { challenges } = make(field('new', 1_700_000_100))
  await challenges.current()
  expect(challenges.take(field('cached', 1_700_000_099), false)).toBe(true)
  expect(await challenges.current()).toMatchObject({ epoch: 'new' })
  challenges.take(field('newer', 1_700_000_101), false)
  expect(await challenges.current()).toMatchObject({ epoch: 'newer' })
})

test('what a refusal says counts even where the gate’s clock was set back', async () => {
  const { challenges } = make(field('one', 1_700_000_100))
  await challenges.current()
  challenges.take(field('two', 1_600_000_000), true)
  expect(await challenges.current()).toMatchObject({ epoch: 'two', now: 1_600_000_000 })
})

test('news while the gate is being asked is asked about once more', async () => {
  const { challenges, asked } = make(null, field('new'))
  const first = challenges.current()
  await Promise.all([challenges.afresh(), challenges.afresh()])
  expect(await first).toBeUndefined()
  expect(await challenges.current()).toMatchObject({ epoch: 'new' })
  expect(asked()).toBe(2)
})

test('a field that is none of the gate’s changes nothing', async () => {
  const { challenges } = make(field('one'))
  await challenges.current()
  for (const other of [null, '', '"x"', '"a b";at=1;keyid="k"'])
    expect(challenges.take(other, true)).toBe(false)
  expect(await challenges.current()).toMatchObject({ epoch: 'one' })
})

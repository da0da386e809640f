/** Time goes on, whatever somebody does to the clock. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { makeSteadyClock } from './steady-clock.ts'

it('goes with the clock, and never back', () => {
  let time = 1000
  const steady = makeSteadyClock({ now: () => time })
  const at = (set: number) => {
    time = set
    return steady.now()
  }
  expect([at(1000), at(5000), at(1000), at(1500), at(9000)]).toEqual([1000, 5000, 5000, 5500, 13000])
})

it('counts every step forward, and no step back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -10_000, max: 10_000 })), (steps) => {
      let time = 0
      const steady = makeSteadyClock({ now: () => time })
      let expected = steady.now()
      for (const step of steps) {
        time += step
        expected += Math.max(0, step)
        expect(steady.now()).toBe(expected)
      }
    }),
  )
})

/** A counter is fresh once, as long as it doesn't lag behind by more than the window. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReplayWindow, windowWidth } from './replay-window.ts'

describe('a window', () => {
  it('takes what overtakes and what lags behind, each once', () => {
    const window = new ReplayWindow()
    for (const counter of [1, 3, 2, 300, 45, 299]) expect(window.take(counter)).toBe('fresh')
    for (const counter of [1, 2, 3]) expect(window.take(counter)).toBe('outrun')
    for (const counter of [45, 299, 300]) expect(window.take(counter)).toBe('replayed')
  })

  it('is exactly 256 wide', () => {
    const window = new ReplayWindow()
    expect(window.take(10_000)).toBe('fresh')
    expect(window.take(10_000 - windowWidth)).toBe('outrun')
    expect(window.take(10_000 - windowWidth + 1)).toBe('fresh')
    expect(window.take(10_000 - windowWidth + 1)).toBe('replayed')
  })

  it('takes the largest number there is, and none below the window after it', () => {
    const window = new ReplayWindow()
    expect(window.take(1)).toBe('fresh')
    expect(window.take(999_999_999_999_999)).toBe('fresh')
    expect(window.take(999_999_999_999_999)).toBe('replayed')
    expect(window.take(1)).toBe('outrun')
  })

  it('goes on for as long as somebody counts, and never forgets too early', () => {
    const window = new ReplayWindow()
    for (let counter = 1; counter <= 3 * windowWidth; counter++) {
      expect(window.take(counter)).toBe('fresh')
      for (const back of [0, 31, 32, 255])
        if (counter > back) expect(window.take(counter - back), `${counter} - ${back}`).toBe('replayed')
    }
  })

  it('answers as a list of all that was taken would', () => {
    const steps = fc.oneof(fc.integer({ min: -300, max: 40 }), fc.integer({ min: 0, max: 700 }))
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 400 }), (offsets) => {
        const window = new ReplayWindow()
        const taken = new Set<number>()
        let highest = 0
        for (const offset of offsets) {
          const counter = Math.max(1, highest + offset)
          const expected =
            counter <= highest - windowWidth ? 'outrun' : taken.has(counter) ? 'replayed' : 'fresh'
          expect(window.take(counter)).toBe(expected)
          taken.add(counter)
          highest = Math.max(highest, counter)
        }
      }),
    )
  })
})

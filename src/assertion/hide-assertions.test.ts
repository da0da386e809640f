/** Tests of what an app shows of its request headers. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../kit/secret.ts'
import { Assertions } from './assertions.ts'
import { assertionHider, hiddenAssertion, hideAssertions } from './hide-assertions.ts'

const parts = {
  key: new Secret(new Uint8Array(32)),
  audience: 'http://app.test',
  lifetimeMs: 3_600_000,
  rolesOf: () => [],
}

describe('an answer', () => {
  it('is shown without any assertion of any gate, and is else the same', async () => {
    const alone = (id: string) => ({ kind: 'token' as const, token: { id }, roles: [] })
    const word = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('eyJ'))
    await fc.assert(
      fc.asyncProperty(word, word, fc.stringMatching(/^[a-z]{8}$/), async (before, after, instance) => {
        const text = await new Assertions({ ...parts, instance }).assertionFor(alone('t'), 1_800_000_000_000)
        const message = JSON.stringify({ [before]: `${before} ${text} ${after}`, headers: text })
        expect(message).toContain(assertionHider.marks[0])
        expect(JSON.parse(hideAssertions(message))).toEqual({
          [before]: `${before} ${hiddenAssertion} ${after}`,
          headers: hiddenAssertion,
        })
      }),
    )
  })

  it('is shown without any when it is too large to be held, wherever it was cut', async () => {
    const text = await new Assertions({ ...parts, instance: 'testtest' }).ownAssertion(1_800_000_000_000)
    const large = `"${'x'.repeat(300_000)} ${text} ${'y'.repeat(20_000)} ${text}"`
    const size = fc.integer({ min: 200, max: 60_000 })
    await fc.assert(
      fc.asyncProperty(fc.array(size, { minLength: 1 }), async (sizes) => {
        const filter = await assertionHider.large?.('"xxx')
        if (filter === undefined || typeof filter === 'string') throw new TypeError('It passes unfiltered.')
        let shown = ''
        for (let [at, turn] = [0, 0]; at < large.length; turn++) {
          const end = at + (sizes[turn % sizes.length] ?? 1)
          shown += filter.push(large.slice(at, end))
          at = end
        }
        expect(shown + filter.end()).toBe(large.replaceAll(text, hiddenAssertion))
      }),
      { numRuns: 30 },
    )
  })

  it('keeps tokens of others', () => {
    const text = 'Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2ln'
    expect(hideAssertions(text)).toBe(text)
  })

  it('shows nothing of an assertion that is cut off', async () => {
    const text = await new Assertions({ ...parts, instance: 'testtest' }).ownAssertion(1_800_000_000_000)
    for (const length of [60, 150, 300]) expect(hideAssertions(text.slice(0, length))).toBe(hiddenAssertion)
  })
})

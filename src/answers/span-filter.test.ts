import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SpanFilter } from './span-filter.ts'

const forms = [/(?<=:)a+b/g, /ba/g]
const find = (text: string) =>
  forms.flatMap((form) =>
    Array.from(text.matchAll(form), ({ 0: found, index: start }) => ({ start, end: start + found.length })),
  )

function run(text: string, cuts: readonly number[]): string {
  const filter = new SpanFilter({ find, longest: 50, inPlace: '#', block: 20 })
  const edges = [0, ...cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b), text.length]
  return (
    edges
      .slice(1)
      .map((edge, at) => filter.push(text.slice(edges[at], edge)))
      .join('') + filter.end()
  )
}

const text = fc
  .array(fc.constantFrom('x'.repeat(60), ':aab', 'ba', ':', 'a', 'b', ':aaaaaaaaaaaaab', ' '), {
    maxLength: 40,
  })
  .map((parts) => parts.join(''))

describe('a text that streams by', () => {
  it('loses the same wherever it was cut', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 30 }), (whole, cuts) => {
        expect(run(whole, cuts)).toBe(run(whole, []))
      }),
      { numRuns: 1000 },
    )
  })

  it('loses what is to go, once where two overlap, and nothing else', () => {
    expect(run(`x:aab ${'y'.repeat(100)}ba:aaba`, [])).toBe(`x:# ${'y'.repeat(100)}#:#`)
  })

  it('is not held back for ever by what is longer than it may be', () => {
    const filter = new SpanFilter({ find, longest: 50, inPlace: '#', block: 20 })
    filter.push(':')
    for (let i = 0; i < 200; i++) filter.push('aaaaaaaaaa')
    expect(filter.end().length).toBeLessThan(200)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SpanFilter } from '../answers/span-filter.ts'
import { findSecretSpans, findUndecidedSpans } from './secrets-in-json.ts'
import { redactSecrets, withheld } from './secrets.ts'

const github = `ghp_${'aB3'.repeat(12)}`
const pem = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQ'.repeat(20)}\n-----END PRIVATE KEY-----`
const address = 'postgres://app:hunter2@db.internal/main'

/** What is left of a JSON text. */
function redact(text: string): string {
  const filter = new SpanFilter({ find: findSecretSpans, longest: 100_000, inPlace: withheld })
  return filter.push(text) + filter.end()
}

describe('secrets in JSON as it is written', () => {
  const sign = fc.constantFrom(
    '\n',
    '\t',
    '"',
    '\\',
    '\\"',
    '/',
    ':',
    '@',
    ' ',
    'x',
    'é',
    '\u0007',
    '://',
    'a:b',
  )
  const text = fc.array(fc.oneof({ weight: 4, arbitrary: sign }, fc.constantFrom(github, pem, address)), {
    maxLength: 8,
  })

  /** Rules look at the whole text at once, and at what earlier ones left of a string: where two touch, more may be withheld. */
  function atMost(shown: string): RegExp {
    const kept = shown.split(withheld).map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`))
    return new RegExp(`^${kept.join('[^]*')}$`)
  }

  it('are those that its strings hold, and it stays JSON of the same form', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), (lists) => {
        const strings = lists.map((parts) => parts.join(''))
        const left = JSON.parse(redact(JSON.stringify(strings))) as string[]
        expect(left).toHaveLength(strings.length)
        for (const [at, one] of strings.entries())
          expect(redactSecrets(one).text).toMatch(atMost(left[at] ?? ''))
      }),
      {
        numRuns: 2000,
        examples: [[[[pem, '://', 'a:b', '@', github]]], [[['x', '://', 'a:b', github, '@', 'a:b']]]],
      },
    )
    expect(JSON.parse(redact(JSON.stringify([`${github} x`, address])))).toEqual(
      [`${github} x`, address].map((one) => redactSecrets(one).text),
    )
  })

  it('do not reach from one string into the next', () => {
    for (const strings of [
      ['http://a:b', 'c@d.e'],
      ['-----BEGIN PRIVATE KEY-----', pem],
    ]) {
      const left = JSON.parse(redact(JSON.stringify(strings))) as string[]
      expect(left).toEqual(strings.map((one) => redactSecrets(one).text))
    }
  })

  it('may begin where a string ends', () => {
    const spansOf = (text: string) => findUndecidedSpans(text).map(({ start, end }) => text.slice(start, end))
    expect(spansOf('["x ghp_aB3","ghp_ x","a\\"ghp_b\\"c"]')).toEqual(['ghp_aB3', 'ghp_b\\"c'])
  })

  it('may begin late in a word that never ends, and are looked for once where it ends', () => {
    const endless = 'hf_'.repeat(1_000_000)
    expect(findUndecidedSpans(`["${endless} x"]`)).toEqual([])
    const [span] = findUndecidedSpans(`["${endless}"]`)
    expect(span?.end).toBe(2 + endless.length)
    expect(span?.start).toBeGreaterThan(endless.length - 20_000)
  })
})

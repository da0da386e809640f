import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SecretFilter } from './secret-filter.ts'
import { redactSecrets } from './secrets.ts'

const github = `ghp_${'aB3'.repeat(12)}`
const pem = `-----BEGIN PRIVATE KEY-----\\n${'MIIEvQ'.repeat(20)}\\n-----END PRIVATE KEY-----`
const address = 'postgres://app:hunter2@db.internal/main'
const telling = ['aB3aB3aB3', 'MIIEvQ', 'hunter2']

/** Larger than what is looked at in one piece, so that what is taken out stands across its edges as well. */
function run(
  text: string,
  size: number,
  growing = false,
): { readonly passed: string; readonly kinds: readonly string[] } {
  const kinds: string[] = []
  const filter = new SecretFilter(growing, (found) => kinds.push(...found))
  let passed = ''
  for (let at = 0; at < text.length; at += size) passed += filter.push(text.slice(at, at + size))
  return { passed: passed + filter.end(), kinds }
}

describe('a text of any size', () => {
  it('has the same taken out of it as if it had been held', () => {
    const filler = fc.nat(300_000).map((length) => ' "word",'.repeat(length / 8))
    const secret = fc.constantFrom(github, pem, address, 'ghp_', '://', '-----BEGIN PRIVATE KEY')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(filler, secret), { maxLength: 4 }),
        fc.constantFrom(1_000, 65_536, 1_000_000),
        (parts, size) => {
          const text = parts.flat().join(' ')
          const { passed } = run(text, size)
          expect(passed === redactSecrets(text).text).toBe(true)
          for (const part of telling) expect(passed.includes(part)).toBe(false)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('tells once, at its end, of what kinds that was', () => {
    const text = `${github} ${'x '.repeat(400_000)} ${address} ${github}`
    const { kinds } = run(text, 65_536)
    expect(kinds).toEqual(expect.arrayContaining(['GitHub token', 'address with a password in it']))
    expect(new Set(kinds).size).toBe(kinds.length)
    expect(run('x'.repeat(1_000_000), 65_536).kinds).toEqual([])
  })

  it('that may go on keeps the beginning of a secret back at the end of a string', () => {
    const half = `["${'x '.repeat(300_000)} ghp_aB3aB3aB3","ghp_ and so on"]`
    expect(run(half, 65_536).passed).toContain('aB3aB3')
    expect(run(half, 65_536, true).passed.endsWith('x x  [withheld]","ghp_ and so on"]')).toBe(true)
  })
})

/** The table is well-formed, and versions compare as their numbers do. */
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { advisories, advisoriesDate } from './advisories.ts'
import { findAffecting } from './affected.ts'

describe('the table of advisories', () => {
  test.each(advisories)(
    '$id has its version, its summary and its source',
    ({ before, upTo, from, summary, source, ghsa }) => {
      for (const version of [before, upTo, from]) expect(version ?? '0').toMatch(/^\d+(?:\.\d+)*$/)
      expect([before, upTo].filter((version) => version !== undefined)).toHaveLength(1)
      expect(summary).not.toBe('')
      expect(URL.parse(source)?.protocol).toBe('https:')
      if (ghsa !== undefined) expect(ghsa).toMatch(/^GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}$/)
    },
  )

  test('names each advisory once, and has a date', () => {
    expect(new Set(advisories.map(({ id }) => id)).size).toBe(advisories.length)
    expect(Number.isNaN(Date.parse(advisoriesDate))).toBe(false)
  })
})

const idsOf = (version: string) => findAffecting(version)?.map(({ id }) => id)

describe('what concerns a version', () => {
  it.each([
    ['4.19.1', 'CVE-2024-1728', true],
    ['4.19.2', 'CVE-2024-1728', false],
    ['4.15.0', 'CVE-2026-27167', false],
    ['4.16.0', 'CVE-2026-27167', true],
    ['6.5.9', 'CVE-2026-27167', true],
    ['6.6.0', 'CVE-2026-27167', false],
    // Without a version that has the fix, the last known one counts.
    ['4.42.0', 'PYSEC-2026-1408', true],
    ['4.42.1', 'PYSEC-2026-1408', false],
    ['6.7.0', 'CVE-2026-28414', false],
    ['6.6.99', 'CVE-2026-28414', true],
    // What came before the release may lack its fix.
    ['5.0.0b1', 'CVE-2024-47164', true],
    ['5.0.0rc3', 'CVE-2024-47164', true],
    ['5.0.0.dev2', 'CVE-2024-47164', true],
    // So Gradio itself writes it (its package.json).
    ['5.0.0-beta.9', 'CVE-2024-47164', true],
    ['5.0.0-dev.0', 'CVE-2024-47164', true],
    ['5.0.0.post1', 'CVE-2024-47164', false],
    ['5.0.0+local', 'CVE-2024-47164', false],
    ['5.0.0', 'CVE-2024-47164', false],
    ['10.0.0', 'CVE-2026-59806', false],
  ])('%s and %s: %s', (version, id, concerned) => {
    expect(idsOf(version)?.includes(id)).toBe(concerned)
  })

  it('is nothing for the version that the gate is tested with', () => {
    expect(idsOf('6.31.0')).toEqual([])
  })

  it.each(['', 'main', 'v6', '-1'])('can not be said of %j', (version) => {
    expect(findAffecting(version)).toBeUndefined()
  })

  it('shrinks, never grows, from one fix to the next', () => {
    const part = fc.nat({ max: 40 })
    fc.assert(
      fc.property(fc.tuple(part, part, part), part, ([major, minor, patch], step) => {
        const older = findAffecting([major, minor, patch].join('.')) ?? []
        const newer = findAffecting([major, minor, patch + step].join('.')) ?? []
        const begun = newer.filter((one) => one.from !== undefined)
        expect(newer.filter((one) => !older.includes(one) && !begun.includes(one))).toEqual([])
      }),
    )
  })
})

/** Names under which Cedar holds policies are used again: it never forgets one. */
import { describe, expect, it } from 'vitest'
import { ParsedSets } from './parsed-sets.ts'
import { parsePolicy } from './parsed-policy.ts'

const policy = (nth: number) =>
  parsePolicy(
    `p${String(nth)}`,
    `permit (principal, action, resource) when { ${String(nth)} == 1 };`,
    new Map(),
  )

describe('parsed sets', () => {
  it('have one name for the same policies, and a bounded number of names', () => {
    const sets = new ParsedSets(3)
    const first = sets.nameOf([policy(1)])
    expect(sets.nameOf([policy(1)])).toBe(first)
    const names = Array.from({ length: 50 }, (_, nth) => sets.nameOf([policy(nth), policy(nth + 1)]))
    expect(new Set(names).size).toBe(3)
    sets.close()
  })

  it('keep what was asked for last', () => {
    const sets = new ParsedSets(2)
    const [a, b] = [sets.nameOf([policy(1)]), sets.nameOf([policy(2)])]
    expect(sets.nameOf([policy(1)])).toBe(a)
    expect(sets.nameOf([policy(3)])).toBe(b)
    expect(sets.nameOf([policy(1)])).toBe(a)
    sets.close()
  })

  it('give their names back when they are closed, and answer no more', () => {
    const names = new Set<string>()
    for (let nth = 0; nth < 200; nth++) {
      const sets = new ParsedSets(5)
      for (let one = 0; one < 5; one++) names.add(sets.nameOf([policy(one)]))
      sets.close()
      expect(() => sets.nameOf([policy(1)])).toThrow(expect.objectContaining({ code: 'policy-failed' }))
    }
    expect(names.size).toBe(5)
  })
})

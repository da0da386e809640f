import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DenseSet, type Placed } from './dense-set.ts'

interface Named extends Placed {
  readonly name: string
}

const named = (names: string): readonly Named[] => [...names].map((name) => ({ name }))

function namesIn(set: DenseSet<Named>): readonly string[] {
  const names: string[] = []
  set.each(({ name }) => names.push(name))
  return names.toSorted()
}

it('holds what was added and not taken out, each once, however often that is said', () => {
  const step = fc.record({ do: fc.constantFrom('add', 'delete'), at: fc.nat({ max: 5 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const members = named('abcdef')
      const [dense, all] = [new DenseSet<Named>(), new Set<Named>()]
      for (const { do: what, at } of steps) {
        const member = members[at] ?? expect.fail('no member')
        dense[what](member)
        all[what](member)
        expect(dense.size).toBe(all.size)
        expect(members.map((one) => dense.has(one))).toEqual(members.map((one) => all.has(one)))
        expect(namesIn(dense)).toEqual(Array.from(all, ({ name }) => name).toSorted())
      }
    }),
  )
})

it('calls with nobody who went before their turn, nor who came meanwhile', () => {
  const set = new DenseSet<Named>()
  const members = named('abcd')
  for (const member of members) set.add(member)
  const called: string[] = []
  set.each((member) => {
    called.push(member.name)
    for (const other of members) if (other !== member) set.delete(other)
    set.add({ name: 'e' })
  })
  expect(called).toEqual(['a'])
  expect(namesIn(set)).toEqual(['a', 'e'])
})

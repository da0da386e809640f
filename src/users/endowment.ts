/** What the operator gives a user, roles and attributes: how a change is applied. */
import type { Endowment } from '../store/rows.ts'
import type { Endowed } from '../store/store.ts'

/** No name stands in both of a pair. */
export interface EndowmentChange {
  readonly addRoles: readonly string[]
  readonly dropRoles: readonly string[]
  readonly setAttributes: Readonly<Record<string, string>>
  readonly dropAttributes: readonly string[]
}

export function applyChange(standing: Endowment, change: EndowmentChange): Endowment {
  const isKept = (dropped: readonly string[]) => (name: string) => !dropped.includes(name)
  const attributes = { ...standing.attributes, ...change.setAttributes }
  const isKeptAttribute = isKept(change.dropAttributes)
  return inOrder({
    roles: [...standing.roles, ...change.addRoles].filter(isKept(change.dropRoles)),
    attributes: Object.fromEntries(Object.entries(attributes).filter(([name]) => isKeptAttribute(name))),
  })
}

/** Each role once; both by name, so that the same things are the same text. */
export function inOrder({ roles, attributes }: Endowment): Endowment {
  const byName = ([a]: readonly [string, string], [b]: readonly [string, string]) => (a < b ? -1 : 1)
  return {
    roles: [...new Set(roles)].sort(),
    attributes: Object.fromEntries(Object.entries(attributes).sort(byName)),
  }
}

/** Both in order. */
export function isSame({ before, after }: Endowed): boolean {
  return JSON.stringify(inOrder(before)) === JSON.stringify(inOrder(after))
}

/** Which policies can match a question, by their scopes alone: what isn't handed to Cedar could not have matched. */
import type { Action } from '../catalog/actions.ts'
import type { ParsedPolicy, Scope } from './parsed-policy.ts'

/** An entity as scopes see it. */
export interface Standing {
  /** Without namespace. */
  readonly type: string
  readonly uid: string
  /** Everything that it is in, however far up; not itself. */
  readonly within: readonly string[]
}

type Shelf = Map<string, Map<string, number[]>>

/** Cedar's work grows with the policies that it is handed; this look-up grows with what principal and resource are in. */
export class PolicyIndex {
  readonly #policies: readonly ParsedPolicy[]
  readonly #shelves = new Map<Action, Shelf>()

  constructor(policies: readonly ParsedPolicy[]) {
    this.#policies = policies
    policies.forEach(({ actions, principal, resource }, place) => {
      for (const action of actions) this.#put(action, keyOf(principal), keyOf(resource), place)
    })
  }

  /** In the order of the files. Without a resource: whatever it may be. */
  find(principal: Standing, action: Action, resource?: Standing): readonly ParsedPolicy[] {
    const shelf = this.#shelves.get(action)
    if (shelf === undefined) return []
    const places: number[] = []
    const resourceKeys = resource === undefined ? undefined : keysOf(resource)
    for (const key of keysOf(principal)) {
      const row = shelf.get(key)
      if (row === undefined) continue
      for (const one of resourceKeys ?? row.keys()) places.push(...(row.get(one) ?? []))
    }
    return places.sort((a, b) => a - b).flatMap((place) => this.#policies[place] ?? [])
  }

  #put(action: Action, principal: string, resource: string, place: number): void {
    const shelf = this.#shelves.get(action) ?? new Map<string, Map<string, number[]>>()
    this.#shelves.set(action, shelf)
    const row = shelf.get(principal) ?? new Map<string, number[]>()
    shelf.set(principal, row)
    const places = row.get(resource) ?? []
    row.set(resource, places)
    places.push(place)
  }
}

/** Each scope has one key, and an entity has the keys of all scopes that it fits: a policy is found once or not at all. */
function keyOf(scope: Scope): string {
  switch (scope.op) {
    case 'all':
      return '*'
    case 'is':
      return `is ${scope.type}`
    case 'equals':
      return `== ${scope.uid}`
    case 'in':
      return `in ${scope.uid}`
  }
}

/** `is T in U` stands under `in U`: for another type than T Cedar sees for itself. */
function keysOf({ type, uid, within }: Standing): readonly string[] {
  return ['*', `is ${type}`, `== ${uid}`, ...new Set([uid, ...within].map((one) => `in ${one}`))]
}

/** Whether the scope fits: what Cedar would say of it. */
export function fits(scope: Scope, { type, uid, within }: Standing): boolean {
  switch (scope.op) {
    case 'all':
      return true
    case 'is':
      return scope.type === type
    case 'equals':
      return scope.uid === uid
    case 'in':
      return (scope.type ?? type) === type && (scope.uid === uid || within.includes(scope.uid))
  }
}

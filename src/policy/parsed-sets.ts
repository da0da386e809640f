/** Policies that Cedar holds parsed, under names that are used again: it keeps what it parsed under a name for good. */
import { preparsePolicySet } from '@cedar-policy/cedar-wasm/nodejs'
import { GateFault } from '../kit/fault.ts'
import type { ParsedPolicy } from './parsed-policy.ts'

// For all engines of the process together; a name is in one hand at a time.
const free: string[] = []
let made = 0

/** The sets that one engine asks about; the one that was asked for longest ago gives its name to the next. */
export class ParsedSets {
  readonly #most: number
  readonly #names = new Map<string, string>()
  #isClosed = false

  constructor(most: number) {
    this.#most = most
  }

  /** Under which name Cedar holds these. Throws `policy-failed`. */
  nameOf(policies: readonly ParsedPolicy[]): string {
    if (this.#isClosed) throw new GateFault('policy-failed', 'This policy is no longer in force.')
    const key = policies.map(({ id }) => id).join(' ')
    const known = this.#names.get(key)
    if (known !== undefined) {
      this.#names.delete(key)
      this.#names.set(key, known)
      return known
    }
    const name = this.#takeName()
    const staticPolicies = Object.fromEntries(policies.map(({ id, text }) => [id, text]))
    if (preparsePolicySet(name, { staticPolicies }).type === 'failure') {
      free.push(name)
      throw new GateFault('policy-failed', 'The policy engine does not accept a policy that it had checked.')
    }
    this.#names.set(key, name)
    return name
  }

  /** Gives the names and the memory back; from here on nothing is decided any more. */
  close(): void {
    this.#isClosed = true
    for (const name of this.#names.values()) {
      preparsePolicySet(name, { staticPolicies: {} })
      free.push(name)
    }
    this.#names.clear()
  }

  #takeName(): string {
    const [oldest] = this.#names
    if (oldest !== undefined && this.#names.size >= this.#most) {
      this.#names.delete(oldest[0])
      return oldest[1]
    }
    return free.pop() ?? `sekisho-policies-${String(++made)}`
  }
}

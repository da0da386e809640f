/** What an endpoint may be asked of one principal: how often, how many at once, how large. First fitting pattern wins. */
import type { EndpointLimit } from '../config/config.ts'
import { compileNamePattern } from '../kit/name-pattern.ts'

export class EndpointLimits {
  readonly #rows: readonly { readonly fits: (name: string) => boolean; readonly limit: EndpointLimit }[]
  readonly #found = new Map<string, EndpointLimit | undefined>()

  constructor(limits: readonly EndpointLimit[]) {
    this.#rows = limits.map((limit) => ({ fits: compileNamePattern(limit.pattern), limit }))
  }

  /** Names come from the app's own configuration, so there are only so many. */
  of(name: string): EndpointLimit | undefined {
    if (this.#found.has(name)) return this.#found.get(name)
    const limit = this.#rows.find(({ fits }) => fits(name))?.limit
    this.#found.set(name, limit)
    return limit
  }
}

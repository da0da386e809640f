/** What an endpoint may be asked of one principal: how often, how many at once, how large. First fitting pattern wins. */
import type { EndpointLimit } from '../config/config.ts'

export class EndpointLimits {
  readonly #rows: readonly { readonly form: RegExp; readonly limit: EndpointLimit }[]
  readonly #found = new Map<string, EndpointLimit | undefined>()

  constructor(limits: readonly EndpointLimit[]) {
    this.#rows = limits.map((limit) => ({ form: formOf(limit.pattern), limit }))
  }

  /** Names come from the app's own configuration, so there are only so many. */
  of(name: string): EndpointLimit | undefined {
    if (this.#found.has(name)) return this.#found.get(name)
    const limit = this.#rows.find(({ form }) => form.test(name))?.limit
    this.#found.set(name, limit)
    return limit
  }
}

function formOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[$()+.?[\\\]^{|}]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 'su')
}

/** Rights of what is under way: a change of policy, or of somebody's roles, holds for open streams and calls too. */
import type { AppModel, Endpoint } from './app/model.ts'
import { endpointResource } from './app/resources.ts'
import { forPolicy } from './authorize/for-policy.ts'
import { questionsOf } from './authorize/questions.ts'
import type { RightsWatch } from './forward/forward.ts'
import { DenseSet, type Placed } from './kit/dense-set.ts'
import type { PolicyEngine, PolicyPrincipal } from './policy/engine.ts'
import type { Principal, Validated } from './request.ts'

export interface OpenRightsParts {
  readonly policy: Pick<PolicyEngine, 'decide' | 'mightPermitOn' | 'viewKey' | 'version'>
  readonly app: { readonly model: AppModel | undefined }
}

interface Watched extends Placed {
  readonly request: Validated
  principal: Principal
  /** What could be called when it began, by name: a stream of a session carries the results of all of it. */
  readonly names: ReadonlySet<string>
  readonly onLost: () => void
}

/** Kinds of principals whose names are kept at hand. */
const mostKinds = 500
const nothing: ReadonlySet<string> = new Set()

export class OpenRights {
  readonly #parts: OpenRightsParts
  readonly #open = new DenseSet<Watched>()
  readonly #named = new Map<string, ReadonlySet<string>>()

  constructor(parts: OpenRightsParts) {
    this.#parts = parts
  }

  /** Calls once when the right to it is lost. */
  watch(request: Validated, onLost: () => void): RightsWatch {
    const { principal, entry } = request
    const names = entry.stream ? this.#namesOf(forPolicy(principal)) : nothing
    const watched: Watched = { request, principal, names, onLost }
    this.#open.add(watched)
    return {
      endowed: ({ roles, attributes }) => {
        watched.principal = 'roles' in principal ? { ...principal, roles, attributes } : principal
        this.#judge(watched)
      },
      stop: () => this.#open.delete(watched),
    }
  }

  /** The policy is another one. */
  review(): void {
    this.#open.each((watched) => this.#judge(watched))
  }

  #judge(watched: Watched): void {
    if (!this.#open.has(watched) || this.#holds(watched)) return
    this.#open.delete(watched)
    watched.onLost()
  }

  #holds({ request, principal, names }: Watched): boolean {
    const { policy } = this.#parts
    if (!questionsOf(request, principal).every((question) => policy.decide(question).allow)) return false
    const now = names.size === 0 ? names : this.#namesOf(forPolicy(principal))
    return [...names].every((name) => now.has(name))
  }

  #namesOf(asker: PolicyPrincipal): ReadonlySet<string> {
    const { policy, app } = this.#parts
    const { model } = app
    if (model === undefined) return nothing
    const key = `${policy.version} ${model.appId} ${policy.viewKey(asker)}`
    const known = this.#named.get(key)
    if (known !== undefined) return known
    const endpoints = [...model.endpoints.values()].filter(({ onServer }) => onServer)
    const may = (endpoint: Endpoint) =>
      policy.mightPermitOn(asker, 'callFunction', endpointResource(endpoint))
    const names = new Set(endpoints.filter(may).map(({ name }) => name))
    if (this.#named.size >= mostKinds) this.#named.clear()
    this.#named.set(key, names)
    return names
  }
}

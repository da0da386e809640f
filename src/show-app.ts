/** What each asker is shown of the app: the policy's word made into views of its configuration. */
import type { AppModel } from './app/model.ts'
import { componentResource, endpointResource } from './app/resources.ts'
import { forPolicy } from './authorize/for-policy.ts'
import type { AnswerRules } from './config/config.ts'
import type { ForwardParts } from './forward/forward.ts'
import { makeComponentCleaner, sanitizesAny } from './html/clean-config.ts'
import type { PolicyEngine, PolicyPrincipal } from './policy/engine.ts'
import type { Validated } from './request.ts'
import { historyNameOf } from './views/history-name.ts'
import type { CurrentPlan } from './views/taps.ts'
import { ViewCache } from './views/view-cache.ts'
import { viewFor } from './views/view.ts'
import type { Visibility } from './views/visibility.ts'

export interface ShowParts {
  readonly app: {
    readonly model: AppModel | undefined
    /** Looks whether the app has changed; a few times a second at most. */
    refresh(): Promise<void>
  }
  readonly policy: Pick<PolicyEngine, 'mightPermit' | 'mightPermitOn' | 'viewKey' | 'version'>
  readonly rules: AnswerRules
}

export interface Showing {
  readonly viewFor: ForwardParts['viewFor']
  readonly planFor: (request: Validated) => CurrentPlan
}

/** Bytes of filtered answers that are kept: a page takes some 300 kB, and as many kinds of askers share one. */
const mostKept = 64 * 1024 * 1024

export function makeShowing({ app, policy, rules }: ShowParts): Showing {
  const cache = new ViewCache(mostKept)
  const visible = (asker: PolicyPrincipal, model: AppModel) => ({
    ...visibilityOf(asker, policy),
    ...(sanitizesAny(rules) && { described: makeComponentCleaner(model, rules) }),
  })
  const planFor =
    ({ principal }: Validated): CurrentPlan =>
    () => {
      const { model } = app
      const asker = forPolicy(principal)
      const key = `${policy.version} ${policy.viewKey(asker)}`
      return model && cache.planOf(model, { key, visibility: () => visible(asker, model) })
    }
  return {
    planFor,
    viewFor: (request) => {
      const { entry, principal } = request
      if (viewFor(entry.id) === undefined) return undefined
      const show = (answer: Buffer) => {
        const plan = planFor(request)()
        return plan && cache.show(entry.id, plan, answer)
      }
      return async (answer) => {
        let shown = show(answer)
        if (shown === 'stale') {
          // The app declares something else since a moment ago (hot reload).
          await app.refresh()
          shown = show(answer)
        }
        if (shown === undefined) return 'no-plan'
        return typeof shown === 'string' ? shown : shown.bytes(historyNameOf(principal))
      }
    },
  }
}

function visibilityOf(asker: PolicyPrincipal, policy: ShowParts['policy']): Visibility {
  const { mightPermitOn } = policy
  const may = mightPermitOn.bind(policy, asker)
  return {
    endpoint: (endpoint) => may('callFunction', endpointResource(endpoint)),
    page: (path) => may('viewPage', { kind: 'page', path }),
    component: () => true,
    componentFunction: (component, name) => may('callComponent', componentResource(component, name)),
    mcp: policy.mightPermit(asker, 'useMcp').allow,
  }
}

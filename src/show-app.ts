/** What each asker is shown of the app: the policy's word made into views of its configuration. */
import type { AppModel } from './app/model.ts'
import { componentResource, endpointResource } from './app/resources.ts'
import { forPolicy } from './authorize/for-policy.ts'
import type { ForwardParts } from './forward/forward.ts'
import type { PolicyEngine, PolicyPrincipal } from './policy/engine.ts'
import type { Validated } from './request.ts'
import { historyNameOf } from './views/history-name.ts'
import type { CurrentPlan } from './views/taps.ts'
import { ViewCache } from './views/view-cache.ts'
import { viewFor } from './views/view.ts'
import type { Visibility } from './views/visibility.ts'

export interface ShowParts {
  readonly app: { readonly model: AppModel | undefined }
  readonly policy: Pick<PolicyEngine, 'mightPermit' | 'mightPermitOn' | 'viewKey' | 'version'>
}

export interface Showing {
  readonly viewFor: ForwardParts['viewFor']
  readonly planFor: (request: Validated) => CurrentPlan
}

/** Bytes of filtered answers that are kept: a page takes some 300 kB, and as many kinds of askers share one. */
const mostKept = 64 * 1024 * 1024

export function makeShowing({ app, policy }: ShowParts): Showing {
  const cache = new ViewCache(mostKept)
  const planFor =
    ({ principal }: Validated): CurrentPlan =>
    () => {
      const { model } = app
      const asker = forPolicy(principal)
      const key = `${policy.version} ${policy.viewKey(asker)}`
      return model && cache.planOf(model, { key, visibility: () => visibilityOf(asker, policy) })
    }
  return {
    planFor,
    viewFor: (request) => {
      const { entry, principal } = request
      if (viewFor(entry.id) === undefined) return undefined
      return (answer) => {
        const plan = planFor(request)()
        const shown = plan && cache.show(entry.id, plan, answer)
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

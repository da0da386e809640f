/** What has to be asked of the policy for one request, each of which must be a yes; its files come besides. */
import type { Action } from '../catalog/actions.ts'
import type { PolicyResource, Question } from '../policy/engine.ts'
import type { Principal, Resolved } from '../request.ts'
import { contextOf, forPolicy } from './for-policy.ts'

/** The last one is about the thing itself. `principal`: with the roles of the moment. */
export function questionsOf(
  request: Resolved,
  principal: Principal = request.principal,
): readonly Question[] {
  const { target, entry } = request
  const common = { principal: forPolicy(principal), context: contextOf(request) }
  const { call, resource } = target
  const on = (action: Action, asked: PolicyResource): Question => ({
    ...common,
    action,
    resource: asked,
    ...(call && { arguments: call.arguments }),
  })
  // Through MCP: the way is one right, what is done by it another.
  if (target.action !== undefined)
    return [on(entry.action, { kind: 'app' }), on(actionOn(target.action, resource), resource)]
  // Fed values are arguments of the call that runs.
  if (entry.action === 'feedEvent' && call !== undefined)
    return [on('callFunction', resource), on(entry.action, resource)]
  return [on(actionOn(entry.action, resource), resource)]
}

/** A right to use the app is none to other people's files: those are another action. */
export function actionOn(action: Action, resource: PolicyResource): Action {
  return action === 'readFile' && isForeign(resource) ? 'readOthersFile' : action
}

export function isForeign(resource: PolicyResource): boolean {
  return resource.kind === 'file' && resource.standing === 'others'
}

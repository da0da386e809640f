/** Read → Resolved: what the request names, looked up in what the asker owns and the app declares. */
import { ownerOf } from '../ownership/owner.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import type { Outgoing, Read, Resolved } from '../request.ts'
import { wholeApp, type Found, type ResolveParts, type Resolver } from './asked.ts'
import { resolvers } from './resolvers.ts'

export type { ResolveParts } from './asked.ts'

export async function resolve(request: Read, parts: ResolveParts): Promise<Resolved | Refusal> {
  if (request.entry.goesTo !== 'upstream') return found(request, { target: wholeApp })
  const resolver = resolverFor(request.entry.id)
  if (resolver === undefined) return refuse('route-unknown')
  const first = await look(request, resolver, parts)
  if (!isRefusal(first) || first.code !== 'endpoint-unknown') return first
  // Perhaps the app has it since a moment ago.
  const before = parts.app.model
  await parts.app.refresh()
  return parts.app.model === before ? first : look(request, resolver, parts)
}

async function look(request: Read, resolver: Resolver, parts: ResolveParts): Promise<Resolved | Refusal> {
  const owner = ownerOf(request.principal)
  // Strangers can be granted what names nothing: icons, at most.
  if (owner === undefined) {
    return request.entry.names.length === 0 ? found(request, { target: wholeApp }) : refuse('login-required')
  }
  await parts.app.settled()
  const { model } = parts.app
  if (model === undefined) return refuse('upstream-down', { reason: 'away' }, 2)
  // The same path is another route of such an app, or none.
  if (model.api !== request.api) return refuse('upstream-down', { reason: 'changed' }, 1)
  const result = await resolver({ request, owner, model, parts })
  return isRefusal(result) ? result : found(request, result, { owner, model })
}

function found(
  request: Read,
  { target, outgoing }: Found,
  asker: Pick<Resolved['target'], 'owner' | 'model'> = {},
): Resolved {
  const { path, query, content } = request
  return {
    ...request,
    target: { ...target, ...asker },
    outgoing: { path, query, content, ...outgoing } as unknown as Outgoing,
  }
}

function resolverFor(id: string): Resolver | undefined {
  return Object.hasOwn(resolvers, id) ? resolvers[id as keyof typeof resolvers] : undefined
}

/** Why a call could not be made at the moment, whoever is permitted to: the app isn't there, or there is no place. */
import { refuse, type Refusal } from '../refusals.ts'
import type { Resolved } from '../request.ts'
import type { ForwardParts } from './forward.ts'
import { findFull, type LimitParts } from './limit-call.ts'

type AppParts = Pick<ForwardParts, 'app'>

/** As things stand; when the call comes they may be others, and then `forward` refuses it. */
export async function findHindrance(
  request: Resolved,
  parts: AppParts & LimitParts,
): Promise<Refusal | undefined> {
  return findUnfit(request, parts) ?? findFull(request, parts)
}

/** What was judged by one app's functions is not sent to another: numbers mean something else there. */
export function findUnfit({ target }: Resolved, { app }: AppParts): Refusal | undefined {
  if (app.state === 'away') return refuse('upstream-down', { reason: 'away' }, 2)
  if (app.state === 'rejected') return refuse('upstream-unverified', {}, 2)
  if (target.model !== undefined && target.model !== app.model)
    return refuse('upstream-down', { reason: 'changed' }, 1)
  return undefined
}

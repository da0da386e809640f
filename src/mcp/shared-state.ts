/**
 * Whose is the session that all queued tools of an app run in (gradio/mcp.py 6.31, _get_or_create_client): State that one
 * caller leaves there, the next one finds. So tools that have State are for the first caller alone until the app starts anew.
 */
import type { Endpoint } from '../app/model.ts'
import type { Owner } from '../ownership/owner.ts'

export interface SharedStateParts {
  /** Kept over restarts of the gate, since the app's session outlives them, and common to all gates. */
  readonly meta: { getOrSet(key: string, value: string): Promise<string> }
  /** The operator says that the State of tools may be everybody's. */
  readonly everybody: boolean
}

export interface SharedState {
  /** True when it was free, or theirs already. */
  take(owner: Owner, appId: string): Promise<boolean>
}

export function makeSharedState({ meta, everybody }: SharedStateParts): SharedState {
  return {
    take: async (owner, appId) => everybody || (await meta.getOrSet(`mcp-state ${appId}`, owner)) === owner,
  }
}

/** Outside the queue each call has State of its own (gradio/mcp.py 6.31, call_tool). */
export function leavesState({ stateful, queued }: Pick<Endpoint, 'stateful' | 'queued'>): boolean {
  return stateful && queued
}

/** Forgets what login no longer needs, once a minute. */
import type { Clock } from '../kit/clock.ts'
import type { FailureStore, InvitationStore, PaceStore, SpentStore } from '../store/store.ts'

export interface LoginUpkeepStore {
  readonly spent: Pick<SpentStore, 'prune'>
  readonly paces: Pick<PaceStore, 'prune'>
  readonly failures: Pick<FailureStore, 'prune'>
  readonly invitations: Pick<InvitationStore, 'prune'>
}

const everyMs = 60_000
/** Of names that nobody has and browsers that were known; at the pace of all strangers they last for two days. */
const mostFailures = 200_000
/** So long an operator can be told what became of an invitation. */
const keepInvitationsMs = 30 * 24 * 60 * 60 * 1000

export function makeLoginUpkeep(store: LoginUpkeepStore, clock: Clock): () => Promise<void> {
  let doneAt = clock.now()
  return async () => {
    const now = clock.now()
    if (now - doneAt < everyMs) return
    await store.spent.prune(now)
    await store.paces.prune(now)
    await store.failures.prune(mostFailures)
    await store.invitations.prune(now - keepInvitationsMs)
    doneAt = now
  }
}

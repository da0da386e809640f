/** How much each principal may upload on one day: bytes, counted by the pace that the store keeps and all gates share. */
import type { Clock } from '../kit/clock.ts'
import type { Owner } from '../ownership/owner.ts'
import type { PaceStore } from '../store/store.ts'

export interface UploadQuota {
  /** Counts these bytes; false, and nothing counted, when they are more than what is left. */
  take(owner: Owner, bytes: number): Promise<boolean>
}

const day = 86_400_000

/**
 * What was uploaded comes back evenly over a day. So nobody has to wait for midnight; and in 24 hours that begin with a full
 * allowance it is at most twice as much, as with a count that starts anew each night.
 */
export function makeUploadQuota(
  parts: { readonly paces: PaceStore; readonly clock: Pick<Clock, 'now'> },
  perDayBytes: number,
): UploadQuota {
  return {
    async take(owner, bytes) {
      if (bytes <= 0) return true
      if (bytes > perDayBytes) return false
      const rule = {
        key: `upload:${owner}`,
        intervalMs: (bytes * day) / perDayBytes,
        burst: perDayBytes / bytes,
      }
      return (await parts.paces.take([rule], parts.clock.now())).allowed
    },
  }
}

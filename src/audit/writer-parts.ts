/** What the writing side of the log is made of. */
import type { KeyObject } from 'node:crypto'
import type { Clock } from '../kit/clock.ts'
import { GateFault } from '../kit/fault.ts'
import type { SegmentStore } from '../store/store.ts'
import type { Disk } from './disk.ts'
import type { Draft } from './draft.ts'
import type { AuditEvent } from './event.ts'
import type { Reserve } from './reserve.ts'
import type { AuditLimits } from './retention.ts'

export interface WriterParts {
  readonly dir: string
  readonly disk: Disk
  readonly chainKey: KeyObject
  readonly segments: SegmentStore
  readonly reserve: Reserve
  readonly clock: Clock
  readonly limits: AuditLimits
  readonly draft: (event: AuditEvent) => Draft
  /** Called when a segment begins. */
  readonly onSegment: () => void
  readonly onFault: (fault: GateFault) => void
}

export function unwritable(message: string, cause?: unknown): GateFault {
  return new GateFault('audit-unwritable', message, { cause })
}

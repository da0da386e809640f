/** What the gate asks of its audit log. */
import type { AuditEvent } from './event.ts'

export interface Audit {
  /** False while the log can't be written; the gate refuses everything until it can. */
  readonly writable: boolean
  /** Resolves when the record is on disk; rejects with GateFault `audit-unwritable`. */
  write(event: AuditEvent): Promise<void>
  /** Takes the record for the next group commit (within 50 ms); throws GateFault `audit-unwritable` when it can't. */
  note(event: AuditEvent): void
  /** Counts a grant that isn't worth a record of its own (static assets); one summary a minute. */
  count(what: string): void
  /** Writes what is pending, closes the segment. */
  close(): Promise<void>
}

/** What a verification of the audit log can find, and how it is said. */
import type { Claim } from './parse-record.ts'

/** Something was done to the log that the gate does not do. Lines count from 1. */
export type Finding =
  | { readonly kind: 'record-changed'; readonly file: string; readonly line: number }
  /** Behind an unreadable line, so its own MAC can't be checked. */
  | { readonly kind: 'record-unproven'; readonly file: string; readonly line: number }
  | { readonly kind: 'record-inserted'; readonly file: string; readonly line: number }
  | { readonly kind: 'record-moved'; readonly file: string; readonly line: number }
  /** So many are missing before this line. */
  | { readonly kind: 'records-removed'; readonly file: string; readonly line: number; readonly count: number }
  /** So many are missing at the end. */
  | { readonly kind: 'records-cut-off'; readonly file: string; readonly line: number; readonly count: number }
  | {
      readonly kind: 'personal-changed'
      readonly file: string
      readonly line: number
      readonly field: string
    }
  /** From this line on too much is broken to say what was done. */
  | { readonly kind: 'segment-broken'; readonly file: string; readonly line: number }
  /** Not one record fits: another key, or another file under this name. */
  | { readonly kind: 'segment-foreign'; readonly file: string }
  | { readonly kind: 'segment-missing'; readonly file: string; readonly namedBy: string }
  | { readonly kind: 'segment-unknown'; readonly file: string }
  /** The record of this number is not the one that the store or a later segment names. */
  | {
      readonly kind: 'head-differs'
      readonly file: string
      readonly count: number
      readonly namedBy: string
    }

/** Nothing wrong, but worth knowing. */
export type Note =
  /** A process was killed, or is writing at this moment; nothing acknowledged is lost. */
  | { readonly kind: 'line-torn'; readonly file: string; readonly line: number; readonly bytes: number }
  | { readonly kind: 'personal-deleted'; readonly file: string; readonly count: number }
  | StateRestoredNote
  /** Put back, and written after the backup that the database comes from: its chain holds, its end is not on record. */
  | { readonly kind: 'segment-between'; readonly file: string }

/** The state comes from a backup; these earlier segments are not here, and must end so should they be put back. */
export interface StateRestoredNote {
  readonly kind: 'state-restored'
  readonly file: string
  readonly backup: string
  readonly madeAt: string
  readonly absent: readonly Claim[]
}

export function describeFinding(finding: Finding): string {
  const place = 'line' in finding ? `${finding.file}:${finding.line.toString()}` : finding.file
  return `${place}: ${sentence(finding)}`
}

export function describeNote(note: Note): string {
  switch (note.kind) {
    case 'line-torn':
      return `${note.file}:${note.line}: the last line is incomplete (${note.bytes} bytes): a process was killed, or writes right now. Nothing acknowledged is lost.`
    case 'personal-deleted':
      return `${note.file}: ${note.count} personal values were deleted, as they may be.`
    case 'state-restored':
      return `${note.file}: the state was restored from the backup ${note.backup}, made ${note.madeAt}. ${describeAbsent(note.absent.length)}`
    case 'segment-between':
      return `${note.file}: written after the backup was made and before it was restored. Its records hold; whether any are missing at its end can't be told.`
    default:
      return note satisfies never
  }
}

function describeAbsent(count: number): string {
  const between = 'Nothing here vouches for what was recorded between the backup and the restore.'
  if (count === 0) return between
  const segments = count === 1 ? 'One earlier segment is' : `${count} earlier segments are`
  return `${segments} not here and can't be checked; put back into the folder of the log, they are checked against the ends on record. ${between}`
}

function sentence(finding: Finding): string {
  switch (finding.kind) {
    case 'record-changed':
      return 'this record was changed.'
    case 'record-unproven':
      return "this record can't be checked, since the line before it is unreadable."
    case 'record-inserted':
      return 'this record was inserted.'
    case 'record-moved':
      return 'this record stands in the wrong place.'
    case 'records-removed':
      return `${records(finding.count)} removed before this line.`
    case 'records-cut-off':
      return `${records(finding.count)} cut off at the end.`
    case 'personal-changed':
      return `${finding.field} is not the value that was recorded.`
    case 'segment-broken':
      return 'too much is broken from here on to say what was done.'
    case 'segment-foreign':
      return 'no record fits: the key is another one, or the file is.'
    case 'segment-missing':
      return `the file is gone, but ${finding.namedBy} names it and no record says that retention removed it.`
    case 'segment-unknown':
      return 'the database does not know this file.'
    case 'head-differs':
      return `record ${finding.count.toString()} is not the one that ${finding.namedBy} names.`
    default:
      return finding satisfies never
  }
}

function records(count: number): string {
  return count === 1 ? 'one record was' : `${count.toString()} records were`
}

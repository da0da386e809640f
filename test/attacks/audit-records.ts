/** What the audit log of a gate holds at the moment, in the order of its segments. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

export interface AuditRecord {
  readonly kind: string
  readonly event: string
  readonly code?: string
  readonly why?: string
  readonly count?: number
  /** Of summaries: of what. */
  readonly what?: string
}

export async function readAuditRecords(folder: string): Promise<readonly AuditRecord[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort()
  const texts = await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')))
  // The last line may be half written at the moment.
  const lines = texts.flatMap((text) => text.split('\n').slice(0, -1))
  return lines.map((line) => (JSON.parse(line) as { record: AuditRecord }).record)
}

/** How many have this code by now; they are written in groups. */
export async function countRecords(folder: string, code: string): Promise<number> {
  return (await readAuditRecords(folder)).filter((record) => record.code === code).length
}

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

/**
 * `npm run audit:deps`: compares what is locked with the committed snapshot of known vulnerabilities; `--refresh` asks OSV
 * for a newer one first. No network is no failure: then the snapshot at hand is compared, and its age is told.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { format, resolveConfig } from 'prettier'
import {
  acceptedSchema,
  assertComparable,
  compareWithSnapshot,
  snapshotSchema,
  type Comparison,
  type Snapshot,
} from './advisories.ts'
import { lockedPackages, parseLock, type LockedPackage } from './lockfile.ts'
import { askOsv } from './osv.ts'

const osv = 'https://api.osv.dev/'

export interface Places {
  readonly lock: string
  readonly snapshot: string
  readonly accepted: string
}

const root = join(import.meta.dirname, '..')

export const places: Places = {
  lock: join(root, 'package-lock.json'),
  snapshot: join(root, 'docs/supply/advisories.json'),
  accepted: join(root, 'docs/supply/accepted.json'),
}

function readPackages({ lock }: Places): readonly LockedPackage[] {
  const packages = lockedPackages(parseLock(readFileSync(lock, 'utf8')))
  assertComparable(packages)
  return packages
}

/** Offline: what the checks run. */
export function auditDependencies(from: Places, today: Date): Comparison {
  const snapshot = snapshotSchema.parse(JSON.parse(readFileSync(from.snapshot, 'utf8')))
  const accepted = acceptedSchema.parse(JSON.parse(readFileSync(from.accepted, 'utf8')))
  return compareWithSnapshot(readPackages(from), snapshot, accepted, today)
}

/** Asks for a new snapshot and writes it; answers why not, and then leaves the old one as it was. */
export async function refreshSnapshot(to: Places, base: URL, today: Date): Promise<string | undefined> {
  const names = readPackages(to).map(({ name }) => name)
  let snapshot: Snapshot
  try {
    snapshot = snapshotSchema.parse(await askOsv(names, base, today))
  } catch (cause) {
    return `No newer snapshot: ${describe(cause)}`
  }
  const options = (await resolveConfig(to.snapshot)) ?? {}
  writeFileSync(to.snapshot, await format(JSON.stringify(snapshot), { ...options, parser: 'json' }))
  return undefined
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { refresh: { type: 'boolean' }, from: { type: 'string', default: osv } },
  })
  const today = new Date()
  if (values.refresh === true) {
    const trouble = await refreshSnapshot(places, new URL(values.from), today)
    if (trouble !== undefined) console.warn(trouble)
  }
  const { failures, warnings } = auditDependencies(places, today)
  for (const line of warnings) console.warn(`warning: ${line}`)
  for (const line of failures) console.error(line)
  const clean = `no known vulnerability in what is locked${warnings.length === 0 ? '' : ', as far as the snapshot goes'}`
  console.log(failures.length === 0 ? clean : `${failures.length} findings`)
  process.exitCode = failures.length === 0 ? 0 : 1
}

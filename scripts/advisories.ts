/** Known vulnerabilities: the committed snapshot, and which locked versions stand inside an affected range. No network. */
import { z } from 'zod'
import type { LockedPackage } from './lockfile.ts'
import { compareVersions, parseVersion } from './semver.ts'

/** As the OSV schema says it (https://ossf.github.io/osv-schema/#affectedrangesevents-fields): [introduced, end). */
const rangeSchema = z.strictObject({
  introduced: z.string(),
  /** First version without it. */
  fixed: z.string().optional(),
  /** Last version with it, where no first one without is known. */
  lastAffected: z.string().optional(),
})

export const advisorySchema = z.strictObject({
  id: z.string(),
  aliases: z.array(z.string()),
  package: z.string(),
  severity: z.enum(['low', 'moderate', 'high', 'critical', 'unknown']),
  summary: z.string(),
  ranges: z.array(rangeSchema),
  /** Single versions, where the source lists them instead of a range. */
  versions: z.array(z.string()),
})

export const snapshotSchema = z.strictObject({
  /** Where it is from, in words a reader can check. */
  source: z.string(),
  /** What the source may not have known. */
  limits: z.string(),
  /** Day up to which the source is known to be complete for `asked`. */
  date: z.iso.date(),
  /** Names of packages that were asked about; those without an advisory below have none that is known. */
  asked: z.array(z.string()),
  advisories: z.array(advisorySchema),
})

export const acceptedSchema = z.array(
  z.strictObject({ id: z.string(), package: z.string(), reason: z.string().min(20), until: z.iso.date() }),
)

export type Advisory = z.infer<typeof advisorySchema>
export type Snapshot = z.infer<typeof snapshotSchema>
export type Accepted = z.infer<typeof acceptedSchema>

export interface Comparison {
  /** Locked versions that are known to be vulnerable. */
  readonly failures: readonly string[]
  readonly warnings: readonly string[]
}

const day = 86_400_000
/** After this a snapshot says too little to lean on. */
const staleDays = 30

export function isAffected(advisory: Advisory, version: string): boolean {
  if (advisory.versions.includes(version)) return true
  return advisory.ranges.some(({ introduced, fixed, lastAffected }) => {
    // A bound that can't be read must not hide what is behind it.
    if (![introduced, fixed ?? '0', lastAffected ?? '0'].every(isReadable)) return true
    // OSV: "0" stands for a version before any other.
    if (introduced !== '0' && compareVersions(version, introduced) < 0) return false
    if (fixed !== undefined) return compareVersions(version, fixed) < 0
    return lastAffected === undefined || compareVersions(version, lastAffected) <= 0
  })
}

function isReadable(bound: string): boolean {
  return bound === '0' || parseVersion(bound) !== undefined
}

/** `today` decides about age and about acceptances that have run out. */
export function compareWithSnapshot(
  packages: readonly LockedPackage[],
  snapshot: Snapshot,
  accepted: Accepted,
  today: Date,
): Comparison {
  const hits = packages.flatMap((one) =>
    snapshot.advisories
      .filter((advisory) => advisory.package === one.name && isAffected(advisory, one.version))
      .map((advisory) => ({ advisory, one })),
  )
  const standing = accepted.filter(({ until }) => Date.parse(until) > today.getTime() - day)
  const isAccepted = ({ id, package: name }: Advisory) =>
    standing.some((one) => one.id === id && one.package === name)
  const failures = hits
    .filter(({ advisory }) => !isAccepted(advisory))
    .map(({ advisory, one }) => describe(advisory, one))
  return {
    failures: [...new Set(failures)],
    warnings: [
      ...age(snapshot, today),
      ...uncovered(packages, snapshot),
      ...idle(
        accepted,
        hits.map(({ advisory }) => advisory.id),
      ),
    ],
  }
}

function describe({ id, severity, summary, ranges }: Advisory, { name, version, runTime }: LockedPackage) {
  const fixes = ranges.flatMap(({ fixed }) => (fixed === undefined ? [] : [fixed]))
  const next = fixes.filter((fixed) => compareVersions(fixed, version) > 0).sort(compareVersions)[0]
  const where = runTime ? 'run time' : 'development'
  return `${name} ${version} (${where}): ${id}, ${severity}: ${summary} ${next === undefined ? 'No fix is known.' : `Fixed in ${next}.`}`
}

function age(snapshot: Snapshot, today: Date): string[] {
  const days = Math.floor((today.getTime() - Date.parse(snapshot.date)) / day)
  return days > staleDays
    ? [`The snapshot is ${days} days old. Where the network allows: npm run audit:deps -- --refresh`]
    : []
}

function uncovered(packages: readonly LockedPackage[], snapshot: Snapshot): string[] {
  const missing = packages.filter(({ name }) => !snapshot.asked.includes(name))
  const list = (runTime: boolean) => [
    ...new Set(missing.filter((one) => one.runTime === runTime).map(({ name }) => name)),
  ]
  const [run, development] = [list(true), list(false)]
  return [
    ...(run.length > 0 ? [`The snapshot says nothing about, at run time: ${run.join(', ')}.`] : []),
    ...(development.length > 0
      ? [`The snapshot says nothing about ${development.length} packages for development.`]
      : []),
  ]
}

function idle(accepted: Accepted, hitIds: readonly string[]): string[] {
  return accepted
    .filter(({ id }) => !hitIds.includes(id))
    .map(({ id }) => `docs/supply/accepted.json accepts ${id}, which nothing locked has. Remove it.`)
}

/** What is locked under a version that can't be compared would otherwise pass unseen. */
export function assertComparable(packages: readonly LockedPackage[]): void {
  for (const { path, version } of packages) {
    if (parseVersion(version) === undefined) throw new TypeError(`${path}: ${version} is not a version.`)
  }
}

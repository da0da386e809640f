/** Asks OSV what is known about npm packages (https://google.github.io/osv.dev/api/), by name, whatever the version. */
import { z } from 'zod'
import type { Advisory, Snapshot } from './advisories.ts'
import { compareVersions, parseVersion } from './semver.ts'

/** "POST /v1/querybatch" takes at most 1000 queries. */
const mostQueries = 1000
const mostPages = 100
const patience = 30_000
const atOnce = 8

const batchSchema = z.looseObject({
  results: z.array(
    z.looseObject({
      vulns: z.array(z.looseObject({ id: z.string() })).default([]),
      next_page_token: z.string().optional(),
    }),
  ),
})

const eventSchema = z.looseObject({
  introduced: z.string().optional(),
  fixed: z.string().optional(),
  last_affected: z.string().optional(),
})

const vulnerabilitySchema = z.looseObject({
  id: z.string(),
  summary: z.string().default(''),
  aliases: z.array(z.string()).default([]),
  withdrawn: z.string().optional(),
  affected: z
    .array(
      z.looseObject({
        package: z.looseObject({ ecosystem: z.string(), name: z.string() }).optional(),
        ranges: z.array(z.looseObject({ type: z.string(), events: z.array(eventSchema) })).default([]),
        versions: z.array(z.string()).default([]),
      }),
    )
    .default([]),
  database_specific: z.looseObject({ severity: z.string().optional() }).optional(),
})

type Event = z.infer<typeof eventSchema>
type Vulnerability = z.infer<typeof vulnerabilitySchema>

/** Throws when the service can't be reached or answers something else than its documentation says. */
export async function askOsv(names: readonly string[], base: URL, today: Date): Promise<Snapshot> {
  const asked = [...new Set(names)].sort()
  const ids = new Set<string>()
  for (let at = 0; at < asked.length; at += mostQueries) {
    for (const id of await findIds(asked.slice(at, at + mostQueries), base)) ids.add(id)
  }
  const found: Vulnerability[] = []
  const waiting = [...ids].sort()
  while (waiting.length > 0) {
    const part = waiting.splice(0, atOnce)
    found.push(...(await Promise.all(part.map((id) => readVulnerability(id, base)))))
  }
  return {
    source: `OSV, ${base.href}`,
    limits:
      'What OSV had collected on that day for the ecosystem npm: the GitHub Advisory Database and malicious packages.',
    date: today.toISOString().slice(0, 10),
    asked,
    advisories: found.flatMap((one) => advisoriesOf(one, asked)),
  }
}

interface Query {
  readonly package: { readonly ecosystem: 'npm'; readonly name: string }
  readonly page_token?: string
}

/** A result with `next_page_token` is asked again for the rest. */
async function findIds(names: readonly string[], base: URL): Promise<readonly string[]> {
  const ids: string[] = []
  let queries: readonly Query[] = names.map((name) => ({ package: { ecosystem: 'npm', name } }))
  for (let page = 0; queries.length > 0; page++) {
    if (page === mostPages) throw new TypeError('OSV goes on for ever.')
    const body = JSON.stringify({ queries })
    const { results } = batchSchema.parse(
      await ask(new URL('v1/querybatch', base), {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      }),
    )
    if (results.length !== queries.length) throw new TypeError('OSV answered another number of queries.')
    ids.push(...results.flatMap(({ vulns }) => vulns.map(({ id }) => id)))
    queries = queries.flatMap((query, at) => {
      const token = results[at]?.next_page_token
      return token === undefined || token === '' ? [] : [{ package: query.package, page_token: token }]
    })
  }
  return ids
}

async function readVulnerability(id: string, base: URL): Promise<Vulnerability> {
  return vulnerabilitySchema.parse(await ask(new URL(`v1/vulns/${encodeURIComponent(id)}`, base), {}))
}

async function ask(url: URL, init: RequestInit): Promise<unknown> {
  const answer = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(patience) })
  if (!answer.ok) throw new TypeError(`${url.href} answered ${answer.status}.`)
  return answer.json()
}

/** One vulnerability may touch several packages; only ours stay. */
export function advisoriesOf(found: Vulnerability, asked: readonly string[]): Advisory[] {
  if (found.withdrawn !== undefined) return []
  return found.affected
    .filter((one) => one.package?.ecosystem === 'npm' && asked.includes(one.package.name))
    .map((one) => ({
      id: found.id,
      aliases: [...found.aliases].sort(),
      package: one.package?.name ?? '',
      severity: severityOf(found.database_specific?.severity),
      summary: found.summary,
      ranges: one.ranges.filter(({ type }) => type !== 'GIT').flatMap(({ events }) => rangesOf(events)),
      versions: one.versions,
    }))
}

/** Events in the order of their versions are a time line: `introduced` opens a range, `fixed` or `last_affected` ends it. */
function rangesOf(events: readonly Event[]): Advisory['ranges'] {
  const ranges: Advisory['ranges'] = []
  for (const { introduced, fixed, last_affected: lastAffected } of [...events].sort(byVersion)) {
    const open = ranges.at(-1)
    if (introduced !== undefined) ranges.push({ introduced })
    else if (open !== undefined && fixed !== undefined) open.fixed = fixed
    else if (open !== undefined && lastAffected !== undefined) open.lastAffected = lastAffected
  }
  return ranges
}

function byVersion(a: Event, b: Event): number {
  const [left, right] = [a, b].map((one) => one.introduced ?? one.fixed ?? one.last_affected ?? '0')
  if (left === right) return 0
  // OSV: "0" stands for a version before any other.
  if (left === '0' || right === '0') return left === '0' ? -1 : 1
  // What can't be compared stays where the source put it.
  if (parseVersion(left ?? '') === undefined || parseVersion(right ?? '') === undefined) return 0
  return compareVersions(left ?? '', right ?? '')
}

function severityOf(text: string | undefined): Advisory['severity'] {
  const found = text?.toLowerCase()
  return found === 'low' || found === 'moderate' || found === 'high' || found === 'critical'
    ? found
    : 'unknown'
}

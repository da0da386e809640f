/** Known vulnerabilities: compared offline with the committed snapshot, refreshed from a service that speaks OSV. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  acceptedSchema,
  compareWithSnapshot,
  isAffected,
  snapshotSchema,
  type Advisory,
  type Snapshot,
} from '../../scripts/advisories.ts'
import { auditDependencies, places, refreshSnapshot, type Places } from '../../scripts/audit-dependencies.ts'
import type { LockedPackage } from '../../scripts/lockfile.ts'

const today = new Date('2026-11-22T12:00:00Z')

function advisory(given: Partial<Advisory> = {}): Advisory {
  return {
    id: 'GHSA-test',
    aliases: [],
    package: 'lib',
    severity: 'high',
    summary: 'Bad.',
    ranges: [{ introduced: '1.0.0', fixed: '1.2.0' }],
    versions: [],
    ...given,
  }
}

function locked(version: string, name = 'lib', runTime = true): LockedPackage {
  return { path: `node_modules/${name}`, name, version, runTime, entry: {} }
}

function snapshot(given: Partial<Snapshot> = {}): Snapshot {
  return { source: 's', limits: 'l', date: '2026-11-20', asked: ['lib'], advisories: [advisory()], ...given }
}

describe('an advisory', () => {
  it.each([
    ['0.9.9', false],
    ['1.0.0-rc.1', false],
    ['1.0.0', true],
    ['1.1.99', true],
    ['1.2.0-rc.1', true],
    ['1.2.0', false],
    ['1.10.0', false],
  ])('for [1.0.0, 1.2.0) and version %s: %s', (version, affected) => {
    expect(isAffected(advisory(), version)).toBe(affected)
  })

  it.each<[string, Advisory['ranges'], string, boolean]>([
    ['0 begins before any version', [{ introduced: '0', fixed: '1.0.0' }], '0.0.0-a', true],
    ['a last affected version is affected', [{ introduced: '0', lastAffected: '1.0.0' }], '1.0.0', true],
    ['what follows the last affected is not', [{ introduced: '0', lastAffected: '1.0.0' }], '1.0.1', false],
    ['without an end nothing is fixed', [{ introduced: '1.0.0' }], '99.0.0', true],
    [
      'a gap between two ranges',
      [{ introduced: '1.0.0', fixed: '1.1.0' }, { introduced: '2.0.0' }],
      '1.5.0',
      false,
    ],
    [
      'the second of two ranges',
      [{ introduced: '1.0.0', fixed: '1.1.0' }, { introduced: '2.0.0' }],
      '2.0.0',
      true,
    ],
    ['an unreadable bound hides nothing', [{ introduced: '0', fixed: 'soon' }], '9.9.9', true],
    ['no range', [], '1.0.0', false],
  ])('%s', (_what, ranges, version, affected) => {
    expect(isAffected(advisory({ ranges }), version)).toBe(affected)
  })

  it('may list single versions', () => {
    const listed = advisory({ ranges: [], versions: ['4.4.2'] })
    expect(isAffected(listed, '4.4.2')).toBe(true)
    expect(isAffected(listed, '4.4.3')).toBe(false)
  })
})

describe('a comparison', () => {
  const compare = (
    packages: readonly LockedPackage[],
    given: Partial<Snapshot> = {},
    accepted: unknown = [],
  ) => compareWithSnapshot(packages, snapshot(given), acceptedSchema.parse(accepted), today)

  it('fails for a locked version inside a range and names the way out', () => {
    const { failures } = compare([locked('1.1.0')])
    expect(failures).toEqual(['lib 1.1.0 (run time): GHSA-test, high: Bad. Fixed in 1.2.0.'])
  })

  it('fails for what is only there for development, too', () => {
    expect(compare([locked('1.1.0', 'lib', false)]).failures[0]).toContain('(development)')
  })

  it('is silent about the fixed version and about another package', () => {
    expect(compare([locked('1.2.0')])).toEqual({ failures: [], warnings: [] })
    expect(compare([locked('1.1.0', 'other')], { asked: ['other'] }).failures).toEqual([])
  })

  it('accepts by name and package until a day, that day included', () => {
    const entry = { id: 'GHSA-test', package: 'lib', reason: 'We never call that function.' }
    const until = (day: string) => compare([locked('1.1.0')], {}, [{ ...entry, until: day }]).failures.length
    expect([until('2026-11-23'), until('2026-11-22'), until('2026-11-21')]).toEqual([0, 0, 1])
    const other = [{ ...entry, package: 'other', until: '2027-01-01' }]
    expect(compare([locked('1.1.0')], {}, other).failures).toHaveLength(1)
  })

  it('refuses an acceptance without a reason or an end', () => {
    expect(() => acceptedSchema.parse([{ id: 'a', package: 'b', reason: '', until: '2027-01-01' }])).toThrow()
    expect(() => acceptedSchema.parse([{ id: 'a', package: 'b', reason: 'x'.repeat(30) }])).toThrow()
  })

  it('warns of age, gaps and idle acceptances, and does not fail for them', () => {
    const accepted = [
      { id: 'GHSA-gone', package: 'lib', reason: 'It was needed once, long ago.', until: '2027-01-01' },
    ]
    const { failures, warnings } = compare(
      [locked('1.2.0'), locked('1.0.0', 'new')],
      { date: '2026-10-22' },
      accepted,
    )
    expect(failures).toEqual([])
    expect(warnings).toEqual([
      expect.stringContaining('31 days old'),
      expect.stringContaining('at run time: new.'),
      expect.stringContaining('GHSA-gone'),
    ])
    expect(compare([locked('1.2.0')], { date: '2026-10-23' }).warnings).toEqual([])
  })
})

describe('the committed snapshot', () => {
  it('has nothing against what is locked', () => {
    expect(auditDependencies(places, today).failures).toEqual([])
  })

  it('knows the advisories of what comes with acme-client, and would name older versions of it', () => {
    const { advisories } = snapshotSchema.parse(JSON.parse(readFileSync(places.snapshot, 'utf8')))
    const against = (name: string, version: string) =>
      advisories.filter((one) => one.package === name && isAffected(one, version)).length
    expect(against('axios', '1.13.0')).toBeGreaterThan(10)
    expect(against('node-forge', '1.3.1')).toBeGreaterThan(5)
    expect(against('undici', '8.4.0')).toBeGreaterThan(0)
    expect(against('debug', '4.4.2')).toBe(1)
  })

  it('says of every advisory which package, which range and why', () => {
    const { advisories, asked } = snapshotSchema.parse(JSON.parse(readFileSync(places.snapshot, 'utf8')))
    for (const one of advisories) {
      expect(asked).toContain(one.package)
      expect(one.ranges.length + one.versions.length, one.id).toBeGreaterThan(0)
      expect(one.summary.length, one.id).toBeGreaterThan(0)
    }
    expect(new Set(advisories.map(({ id, package: name }) => `${id} ${name}`)).size).toBe(advisories.length)
  })
})

/** What a test wants the service to say: ids by package and page, and the records. */
interface Osv {
  readonly pages: Readonly<Record<string, readonly (readonly string[])[]>>
  readonly records: Readonly<Record<string, unknown>>
}

const record = (id: string, name: string, extra: object = {}) => ({
  schema_version: '1.7.0',
  id,
  modified: '2026-11-01T00:00:00Z',
  aliases: ['CVE-2026-2', 'CVE-2026-1'],
  summary: `About ${name}.`,
  details: 'long',
  affected: [
    {
      package: { ecosystem: 'npm', name, purl: `pkg:npm/${name}` },
      ranges: [
        {
          type: 'SEMVER',
          events: [{ fixed: '2.0.1' }, { introduced: '2.0.0' }, { introduced: '0' }, { fixed: '1.2.0' }],
        },
        { type: 'GIT', repo: 'https://example.org', events: [{ introduced: 'abc' }] },
      ],
    },
    { package: { ecosystem: 'PyPI', name }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] },
    {
      package: { ecosystem: 'npm', name: 'not-ours' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }],
    },
  ],
  database_specific: { severity: 'MODERATE' },
  ...extra,
})

describe('a refresh', () => {
  let folder = ''
  let server: Server
  let asked: { readonly url: string; readonly body: string }[] = []
  const before = snapshot({ advisories: [] })

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sekisho-osv-'))
    asked = []
    const packages = {
      '': {},
      'node_modules/lib': { version: '1.1.0' },
      'node_modules/@a/b': { version: '3.0.0', dev: true },
    }
    writeFileSync(at().lock, JSON.stringify({ lockfileVersion: 3, packages }))
    writeFileSync(at().snapshot, JSON.stringify(before))
    writeFileSync(at().accepted, '[]')
  })

  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true })
    await new Promise((resolve) => server.close(resolve))
  })

  const at = (): Places => ({
    lock: join(folder, 'lock.json'),
    snapshot: join(folder, 'advisories.json'),
    accepted: join(folder, 'accepted.json'),
  })
  const now = () => snapshotSchema.parse(JSON.parse(readFileSync(at().snapshot, 'utf8')))

  /** The two routes of https://google.github.io/osv.dev/api/ that are used, with paging by `next_page_token`. */
  async function serve(osv: Osv, trouble?: 'status' | 'words' | 'count'): Promise<URL> {
    server = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const body = Buffer.concat(parts).toString()
        asked.push({ url: `${request.method} ${request.url}`, body })
        if (trouble === 'status') return response.writeHead(503).end()
        if (trouble === 'words') return response.end('<p>hello</p>')
        const answer =
          request.url === '/v1/querybatch' ? batch(osv, body) : osv.records[(request.url ?? '').slice(10)]
        if (trouble === 'count') (answer as { results: unknown[] }).results.pop()
        return response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  }

  function batch(osv: Osv, body: string): { results: unknown[] } {
    const { queries } = JSON.parse(body) as {
      queries: { package: { name: string; ecosystem: string }; page_token?: string }[]
    }
    return {
      results: queries.map(({ package: { name, ecosystem }, page_token: token }) => {
        const pages = ecosystem === 'npm' ? (osv.pages[name] ?? []) : []
        const page = Number(token ?? 0)
        return {
          ...(pages[page] === undefined ? {} : { vulns: pages[page].map((id) => ({ id, modified: 'x' })) }),
          ...(page + 1 < pages.length ? { next_page_token: String(page + 1) } : {}),
        }
      }),
    }
  }

  it('asks about every locked name, follows pages, and keeps what concerns us', async () => {
    const base = await serve({
      pages: { lib: [['GHSA-1'], ['GHSA-2', 'GHSA-3']], '@a/b': [['GHSA-2']] },
      records: {
        'GHSA-1': record('GHSA-1', 'lib'),
        'GHSA-2': record('GHSA-2', '@a/b', { database_specific: {} }),
        'GHSA-3': record('GHSA-3', 'lib', { withdrawn: '2026-01-01T00:00:00Z' }),
      },
    })
    expect(await refreshSnapshot(at(), base, today)).toBeUndefined()
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      queries: [
        { package: { ecosystem: 'npm', name: '@a/b' } },
        { package: { ecosystem: 'npm', name: 'lib' } },
      ],
    })
    expect(asked.map(({ url }) => url)).toEqual([
      'POST /v1/querybatch',
      'POST /v1/querybatch',
      'GET /v1/vulns/GHSA-1',
      'GET /v1/vulns/GHSA-2',
      'GET /v1/vulns/GHSA-3',
    ])
    const ranges = [
      { introduced: '0', fixed: '1.2.0' },
      { introduced: '2.0.0', fixed: '2.0.1' },
    ]
    const aliases = ['CVE-2026-1', 'CVE-2026-2']
    expect(now()).toMatchObject({ date: '2026-11-22', asked: ['@a/b', 'lib'] })
    expect(now().advisories).toEqual([
      {
        id: 'GHSA-1',
        aliases,
        package: 'lib',
        severity: 'moderate',
        summary: 'About lib.',
        ranges,
        versions: [],
      },
      {
        id: 'GHSA-2',
        aliases,
        package: '@a/b',
        severity: 'unknown',
        summary: 'About @a/b.',
        ranges,
        versions: [],
      },
    ])
    expect(auditDependencies(at(), today).failures).toEqual([
      'lib 1.1.0 (run time): GHSA-1, moderate: About lib. Fixed in 1.2.0.',
    ])
  })

  it.each(['status', 'words', 'count'] as const)(
    'leaves the old snapshot and says why when the service is in trouble (%s)',
    async (trouble) => {
      const base = await serve({ pages: {}, records: {} }, trouble)
      expect(await refreshSnapshot(at(), base, today)).toMatch(/^No newer snapshot: /)
      expect(now()).toEqual(before)
    },
  )

  it('leaves the old snapshot when a record is missing', async () => {
    const base = await serve({ pages: { lib: [['GHSA-1']] }, records: {} })
    expect(await refreshSnapshot(at(), base, today)).toMatch(/404/)
    expect(now()).toEqual(before)
  })

  it('leaves the old snapshot when nobody answers, and the comparison goes on', async () => {
    const base = await serve({ pages: {}, records: {} })
    await new Promise((resolve) => server.close(resolve))
    expect(await refreshSnapshot(at(), base, today)).toMatch(
      /^No newer snapshot: fetch failed: .*ECONNREFUSED/,
    )
    expect(auditDependencies(at(), today).failures).toEqual([])
  })
})

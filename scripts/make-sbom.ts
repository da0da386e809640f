/**
 * The software bill of materials in the package: CycloneDX 1.6 (ECMA-424) of everything that runs, read from the lock.
 * Not `npm sbom`: npm 11 leaves out what is also somebody's development dependency, adds a random serial number and the
 * time, and counts our workspaces as components. A test compares the two in what they say about each package.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import {
  lockedPackages,
  nameOfPath,
  parseLock,
  reachableFrom,
  requirementsOf,
  resolveFrom,
  type LockedPackage,
  type LockPackages,
} from './lockfile.ts'

export interface SbomSource {
  readonly lock: LockPackages
  readonly manifest: z.infer<typeof manifestSchema>
  /** Seconds since 1970, when somebody wants a time in it (https://reproducible-builds.org/specs/source-date-epoch/). */
  readonly sourceDateEpoch: string | undefined
}

const manifestSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
  dependencies: z.record(z.string(), z.string()),
})

/** Workspace whose libraries are bundled into the pages and so travel inside the package. */
const bundled = 'web'

export function readSbomSource(root: string, env: NodeJS.ProcessEnv): SbomSource {
  const read = (file: string) => readFileSync(join(root, file), 'utf8')
  return {
    lock: parseLock(read('package-lock.json')),
    manifest: manifestSchema.parse(JSON.parse(read('package.json'))),
    sourceDateEpoch: env['SOURCE_DATE_EPOCH'],
  }
}

/** JSON text; the same lock gives the same bytes. */
export function makeSbom({ lock, manifest, sourceDateEpoch }: SbomSource): string {
  const installed = reachableFrom(lock, '', Object.keys(manifest.dependencies))
  const inPages = reachableFrom(lock, bundled, Object.keys(lock[bundled]?.dependencies ?? {}))
  const packages = lockedPackages(lock).filter(({ path }) => installed.has(path) || inPages.has(path))
  const self = purlOf(manifest.name, manifest.version)
  const sbom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      ...(sourceDateEpoch === undefined ? {} : { timestamp: timeOf(sourceDateEpoch) }),
      lifecycles: [{ phase: 'build' }],
      component: {
        type: 'application',
        'bom-ref': self,
        name: manifest.name,
        version: manifest.version,
        description: manifest.description,
        licenses: licencesOf(manifest.license),
        purl: self,
      },
    },
    components: unique(packages.map((one) => componentOf(one, inPages))),
    dependencies: [
      { ref: self, dependsOn: refsOf(lock, '', Object.keys(manifest.dependencies)) },
      ...edges(lock, packages),
    ],
  }
  return `${JSON.stringify(sbom, null, 2)}\n`
}

function componentOf({ path, name, version, entry }: LockedPackage, inPages: ReadonlySet<string>) {
  return {
    type: 'library',
    'bom-ref': purlOf(name, version),
    name,
    version,
    scope: 'required',
    hashes: [{ alg: 'SHA-512', content: hexOf(entry.integrity ?? '') }],
    licenses: licencesOf(entry.license ?? 'NOASSERTION'),
    purl: purlOf(name, version),
    ...(inPages.has(path)
      ? { properties: [{ name: 'sekisho:bundled-into', value: 'dist/web/assets' }] }
      : {}),
  }
}

/** https://github.com/package-url/purl-spec: the `@` of a scope is written %40. */
function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`
}

function hexOf(integrity: string): string {
  const [algorithm, digest] = integrity.split('-')
  if (algorithm !== 'sha512' || digest === undefined)
    throw new TypeError('The lock has an entry without SHA-512.')
  return Buffer.from(digest, 'base64').toString('hex')
}

/** CycloneDX keeps single licences and expressions apart. */
function licencesOf(text: string) {
  return /\s/.test(text) ? [{ expression: text }] : [{ license: { id: text } }]
}

function timeOf(seconds: string): string {
  return new Date(Number(seconds) * 1000).toISOString()
}

/** The same name and version may be locked at several places: one component, with the edges of all. */
function unique<T extends { readonly 'bom-ref': string }>(components: readonly T[]): readonly T[] {
  const byRef = new Map<string, T>()
  for (const one of components) {
    const known = byRef.get(one['bom-ref'])
    // What is both installed and bundled says so.
    if (known === undefined || Object.keys(one).length > Object.keys(known).length)
      byRef.set(one['bom-ref'], one)
  }
  return [...byRef.values()].sort((a, b) => compareText(a['bom-ref'], b['bom-ref']))
}

function edges(lock: LockPackages, packages: readonly LockedPackage[]) {
  const byRef = new Map<string, Set<string>>()
  for (const { path, name, version, entry } of packages) {
    const ref = purlOf(name, version)
    const known = byRef.get(ref) ?? new Set()
    for (const one of refsOf(lock, path, requirementsOf(entry))) known.add(one)
    byRef.set(ref, known)
  }
  return [...byRef]
    .sort(([a], [b]) => compareText(a, b))
    .map(([ref, dependsOn]) => ({ ref, dependsOn: [...dependsOn].sort(compareText) }))
}

function refsOf(lock: LockPackages, from: string, names: readonly string[]): string[] {
  return names
    .flatMap((name) => {
      const path = resolveFrom(lock, from, name)
      const entry = path === undefined ? undefined : lock[path]
      return path === undefined || entry?.version === undefined
        ? []
        : [purlOf(entry.name ?? nameOfPath(path), entry.version)]
    })
    .sort(compareText)
}

/** Not by locale, which differs between machines. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

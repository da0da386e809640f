/** `npm run check:supply`: what is locked is exact, whole, from one place, licensed, and argued for. No network. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { lockedPackages, parseLock, type LockedPackage, type LockPackages } from './lockfile.ts'
import { parseVersion } from './semver.ts'
import { isAllowedLicence } from './spdx.ts'
import { acceptedDuplicates, runTimeLicences } from './supply-policy.ts'

const names = z.record(z.string(), z.string()).default({})

const manifestSchema = z.looseObject({
  workspaces: z.array(z.string()).default([]),
  dependencies: names,
  devDependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
  allowScripts: z.record(z.string(), z.boolean()).default({}),
})

export type Manifest = z.infer<typeof manifestSchema>

export interface Supply {
  readonly lock: LockPackages
  /** By folder, as the lock calls it: '' is the root. */
  readonly manifests: Readonly<Record<string, Manifest>>
  /** docs/decisions/0002-dependencies.md */
  readonly reasons: string
  readonly licences: readonly string[]
  readonly duplicates: Readonly<Record<string, string>>
}

export function parseManifest(text: string): Manifest {
  return manifestSchema.parse(JSON.parse(text))
}

export function readSupply(root: string): Supply {
  const read = (file: string) => readFileSync(join(root, file), 'utf8')
  const top = parseManifest(read('package.json'))
  return {
    lock: parseLock(read('package-lock.json')),
    manifests: {
      '': top,
      ...Object.fromEntries(
        top.workspaces.map((name) => [name, parseManifest(read(`${name}/package.json`))]),
      ),
    },
    reasons: read('docs/decisions/0002-dependencies.md'),
    licences: runTimeLicences,
    duplicates: acceptedDuplicates,
  }
}

/** One line per finding; empty when all is well. */
export function checkSupply(supply: Supply): string[] {
  const packages = lockedPackages(supply.lock)
  return [
    ...inexactManifests(supply),
    ...staleLock(supply),
    ...packages.flatMap(unpinned),
    ...severalOrigins(packages),
    ...installScripts(packages, supply.manifests['']?.allowScripts ?? {}),
    ...licences(packages, supply.licences),
    ...reasonsMissing(supply),
    ...duplicates(packages, supply.duplicates),
  ]
}

const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

function inexactManifests({ manifests }: Supply): string[] {
  return Object.entries(manifests).flatMap(([folder, manifest]) =>
    kinds.flatMap((kind) =>
      Object.entries(manifest[kind])
        .filter(([, wanted]) => parseVersion(wanted) === undefined)
        .map(
          ([name, wanted]) =>
            `${manifestOf(folder)}: ${kind} wants ${name} "${wanted}"; write one exact version.`,
        ),
    ),
  )
}

/** What the manifests want stands in the lock; else an install would choose something by itself. */
function staleLock({ lock, manifests }: Supply): string[] {
  return Object.entries(manifests).flatMap(([folder, manifest]) =>
    kinds.flatMap((kind) => {
      const locked = lock[folder]?.[kind] ?? {}
      const all = new Set([...Object.keys(manifest[kind]), ...Object.keys(locked)])
      return [...all]
        .filter((name) => manifest[kind][name] !== locked[name])
        .map(
          (name) =>
            `package-lock.json: ${kind} of ${manifestOf(folder)} are out of date at ${name}. Run: npm install`,
        )
    }),
  )
}

function manifestOf(folder: string): string {
  return folder === '' ? 'package.json' : `${folder}/package.json`
}

function unpinned({ path, version, entry }: LockedPackage): string[] {
  const found: string[] = []
  if (parseVersion(version) === undefined) found.push(`${path}: "${version}" is not one exact version.`)
  if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity ?? ''))
    found.push(`${path}: no SHA-512 in "integrity", so nothing says which bytes are meant.`)
  if (entry.resolved !== undefined && !isTarballOf(entry.resolved))
    found.push(`${path}: comes from ${entry.resolved}, which is not a registry's tarball over https.`)
  return found
}

/** `https://<registry>/<name>/-/<file>.tgz`; git, http, file and other tarball addresses look different. */
function isTarballOf(resolved: string): boolean {
  const url = URL.parse(resolved)
  return url?.protocol === 'https:' && url.username === '' && /\/-\/[^/]+\.tgz$/.test(url.pathname)
}

/** npm leaves `resolved` out where `omit-lockfile-registry-resolved` is set; where it is written, all say the same place. */
function severalOrigins(packages: readonly LockedPackage[]): string[] {
  const origins = new Set(
    packages.flatMap(({ entry }) =>
      entry.resolved === undefined ? [] : [URL.parse(entry.resolved)?.origin ?? ''],
    ),
  )
  return origins.size > 1
    ? [`package-lock.json: packages come from ${[...origins].join(' and ')}; one registry is enough.`]
    : []
}

function installScripts(
  packages: readonly LockedPackage[],
  allowed: Readonly<Record<string, boolean>>,
): string[] {
  const scripted = packages.filter(({ entry }) => entry.hasInstallScript === true)
  const forUsers = scripted
    .filter(({ runTime }) => runTime)
    .map(({ path }) => `${path}: runs a script when it is installed; nothing that users install may.`)
  const unnamed = scripted
    .filter(({ name, runTime }) => !runTime && allowed[name] !== true)
    .map(({ path, name }) => `${path}: has an install script; name ${name} in allowScripts, or do without.`)
  const idle = Object.keys(allowed)
    .filter((name) => !scripted.some((one) => one.name === name))
    .map((name) => `package.json: allowScripts names ${name}, which has no install script. Remove it.`)
  return [...forUsers, ...unnamed, ...idle]
}

function licences(packages: readonly LockedPackage[], allowed: readonly string[]): string[] {
  return packages
    .filter(({ runTime, entry }) => runTime && !isAllowedLicence(entry.license ?? '', allowed))
    .map(
      ({ path, entry }) =>
        `${path}: licence ${entry.license ?? 'unknown'}; allowed at run time are ${allowed.join(', ')}.`,
    )
}

/** Every direct run-time dependency has its row, and every row its dependency. */
function reasonsMissing({ manifests, reasons }: Supply): string[] {
  const wanted = Object.keys(manifests['']?.dependencies ?? {})
  const rows = reasons.split('\n').flatMap((line) => namesIn(/^\|([^|]*)\|/.exec(line)?.[1] ?? ''))
  const file = 'docs/decisions/0002-dependencies.md'
  return [
    ...wanted
      .filter((name) => !rows.includes(name))
      .map((name) => `${file}: no row says why ${name} is there.`),
    ...rows
      .filter((name) => !wanted.includes(name))
      .map((name) => `${file}: ${name} has a row and is no dependency any more.`),
  ]
}

/** `@scope/one`, `two`: what follows a name with a scope may leave it out. */
function namesIn(cell: string): string[] {
  let scope = ''
  return [...cell.matchAll(/`(?:(@[^/`]+)\/)?([^`]+)`/g)].map(([, own, name = '']) => {
    scope = own ?? scope
    return scope === '' ? name : `${scope}/${name}`
  })
}

/** Two majors of one library are two libraries: twice the code to watch, and values that don't fit each other. */
function duplicates(
  packages: readonly LockedPackage[],
  accepted: Readonly<Record<string, string>>,
): string[] {
  const majors = new Map<string, Set<string>>()
  for (const { name, version, runTime } of packages) {
    if (!runTime) continue
    majors.set(name, (majors.get(name) ?? new Set()).add(version.split('.')[0] ?? ''))
  }
  const doubled = [...majors].filter(([, found]) => found.size > 1)
  return [
    ...doubled
      .filter(([name]) => !(name in accepted))
      .map(
        ([name, found]) =>
          `${name}: majors ${[...found].join(' and ')} at run time; drop one, or list it in scripts/supply-policy.ts.`,
      ),
    ...Object.keys(accepted)
      .filter((name) => !doubled.some(([one]) => one === name))
      .map((name) => `scripts/supply-policy.ts: ${name} is listed as doubled and isn't. Remove it.`),
  ]
}

if (import.meta.main) {
  const findings = checkSupply(readSupply(join(import.meta.dirname, '..')))
  for (const line of findings) console.error(line)
  console.log(findings.length === 0 ? 'the supply chain is as it should be' : `${findings.length} findings`)
  process.exitCode = findings.length === 0 ? 0 : 1
}

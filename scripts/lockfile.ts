/** `package-lock.json` as the supply-chain scripts read it: which packages are locked, and which of them run. */
import { z } from 'zod'

const names = z.record(z.string(), z.string())

const entrySchema = z.looseObject({
  /** Only where it differs from what the path says: an alias. */
  name: z.string().optional(),
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  dependencies: names.optional(),
  optionalDependencies: names.optional(),
  devDependencies: names.optional(),
  peerDependencies: names.optional(),
})

const lockSchema = z.looseObject({
  lockfileVersion: z.literal(3),
  packages: z.record(z.string(), entrySchema),
})

export type LockEntry = z.infer<typeof entrySchema>
/** By path: '' is the root, `web` a workspace, `node_modules/a/node_modules/b` an installed package. */
export type LockPackages = Readonly<Record<string, LockEntry>>

export interface LockedPackage {
  readonly path: string
  readonly name: string
  readonly version: string
  /** Neither development alone nor a workspace: installed beside the gate, or bundled into its pages. */
  readonly runTime: boolean
  readonly entry: LockEntry
}

export function parseLock(text: string): LockPackages {
  return lockSchema.parse(JSON.parse(text)).packages
}

/** Everything that comes from outside; workspaces and their links are ours. */
export function lockedPackages(lock: LockPackages): readonly LockedPackage[] {
  return Object.entries(lock)
    .filter(([path, entry]) => path.includes('node_modules/') && entry.link !== true)
    .map(([path, entry]) => ({
      path,
      name: entry.name ?? nameOfPath(path),
      version: entry.version ?? '',
      runTime: entry.dev !== true,
      entry,
    }))
}

/** What follows the last `node_modules/`. */
export function nameOfPath(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

/** Where `name` is found from the package at `from`: in its own node_modules, then in each one above, as Node looks. */
export function resolveFrom(lock: LockPackages, from: string, name: string): string | undefined {
  const steps = from === '' ? [] : from.split('/node_modules/')
  for (let depth = steps.length; depth >= 0; depth--) {
    const base = steps.slice(0, depth).join('/node_modules/')
    const path = base === '' ? `node_modules/${name}` : `${base}/node_modules/${name}`
    if (path in lock) return path
  }
  return undefined
}

/** Paths of everything that these names lead to, from the package at `from`. */
export function reachableFrom(
  lock: LockPackages,
  from: string,
  wanted: readonly string[],
): ReadonlySet<string> {
  const reached = new Set<string>()
  const visit = (at: string, list: readonly string[]) => {
    for (const name of list) {
      const path = resolveFrom(lock, at, name)
      if (path === undefined || reached.has(path)) continue
      reached.add(path)
      visit(path, requirementsOf(lock[path]))
    }
  }
  visit(from, wanted)
  return reached
}

/** What a package asks for at run time, optional and peer included; an optional one may not be locked. */
export function requirementsOf(entry: LockEntry | undefined): readonly string[] {
  return Object.keys({
    ...entry?.dependencies,
    ...entry?.optionalDependencies,
    ...entry?.peerDependencies,
  })
}

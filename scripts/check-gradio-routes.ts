/**
 * Compares the catalogue with the routes that an installed Gradio really declares: `npm run check:routes`, or with
 * `--newest` against the newest Gradio that pip finds. A route without an entry fails; until it has one, it is refused.
 */
import path from 'node:path'
import { catalogue } from '../src/catalog/index.ts'
import type { RouteEntry } from '../src/catalog/entry.ts'
import { declaredPage } from '../src/catalog/gradio/pages.ts'
import { sayOnStderr, withProgress, type Say } from './progress.ts'
import { lastLines, runCommand } from './run-command.ts'
import { setUpGradio, setUpNewestGradio, type GradioEnvironment } from './setup-gradio.ts'
import { SetupProblem } from './setup-problem.ts'

/** One route as Gradio declares it; `methods` is null for a mounted application. */
export interface DeclaredRoute {
  readonly methods: readonly string[] | null
  readonly path: string
}

export interface RouteReport {
  readonly gradio: string
  readonly declared: number
  /** `GET /gradio_api/new`: declared by Gradio, unknown to the catalogue. */
  readonly missing: readonly string[]
  /** In the catalogue, not in this Gradio. */
  readonly gone: readonly string[]
}

interface Listing {
  readonly gradio: string
  readonly routes: readonly DeclaredRoute[]
}

/** The page that list-gradio-routes.py declares stands for all pages of apps. */
const samplePage = '/declared-page'
// In the catalogue because they must be refused, whether or not a Gradio declares them.
const documentation = /^closed\.(docs|redoc|monitoring\.prefixed)/

export async function checkGradioRoutes(
  environment: GradioEnvironment,
  entries: readonly RouteEntry[] = catalogue,
  say: Say = sayOnStderr,
): Promise<RouteReport> {
  const listings = [
    await listRoutes(environment, 'plain', say),
    await listRoutes(environment, 'oauth', say),
  ] as const
  const declared = listings.flatMap(({ routes }) => routes)
  return { gradio: listings[0].gradio, ...compareRoutes(declared, entries) }
}

async function listRoutes(
  environment: GradioEnvironment,
  kind: 'plain' | 'oauth',
  say: Say,
): Promise<Listing> {
  const script = path.join(import.meta.dirname, 'list-gradio-routes.py')
  const work = runCommand(environment.python, [script, kind], {
    env: { ...process.env, ...environment.env, NO_PROXY: '127.0.0.1,localhost' },
    limit: 180_000,
  })
  const ran = await withProgress(say, `Asking Gradio for its routes (${kind})`, work)
  if (ran.code === 0) return JSON.parse(ran.stdout) as Listing
  throw new SetupProblem(
    `Gradio's routes (${kind}) could not be listed.`,
    `Python printed:\n${lastLines(ran.stderr, 20)}`,
  )
}

export function compareRoutes(
  declared: readonly DeclaredRoute[],
  entries: readonly RouteEntry[],
): Omit<RouteReport, 'gradio'> {
  const met = new Set<string>()
  const missing = new Set<string>()
  const all = [...entries, declaredPage]
  for (const route of declared) {
    for (const method of route.methods ?? ['ANY']) {
      const entry = all.find((row) => covers(row, method, route.path))
      if (entry === undefined) missing.add(`${method} ${route.path}`)
      else met.add(entry.id)
    }
  }
  const mounts = declared.filter((route) => route.methods === null).map((route) => route.path)
  const isInMount = (row: RouteEntry) => mounts.some((mount) => `${row.path}/`.startsWith(`${mount}/`))
  const gone = entries
    .filter((row) => row.goesTo !== 'serve' && !met.has(row.id))
    .filter((row) => !documentation.test(row.id) && !isInMount(row))
    .map((row) => `${row.id}: ${row.methods.join(', ')} ${row.path}`)
  return { declared: declared.length, missing: [...missing].sort(), gone }
}

/**
 * An entry covers a route of the same shape. A wider template covers a narrower route only where everything below it
 * is refused: a new route under an open one is a new deed, and somebody has to look at it.
 */
function covers(entry: RouteEntry, method: string, declared: string): boolean {
  const wide = entry.goesTo === 'nowhere' && entry.path.endsWith('{rest...}')
  const below = entry.path.slice(0, -'{rest...}'.length)
  if (method === 'ANY') return wide && `${declared}/`.startsWith(below)
  if (!entry.methods.some((known) => known === method)) return false
  if (wide && declared.startsWith(below)) return true
  const shape = shapeOf(declared)
  return shapesOf(entry.path).includes(shape) || (entry === declaredPage && isSamplePage(declared))
}

function isSamplePage(declared: string): boolean {
  return declared === samplePage || declared === `${samplePage}/`
}

/** Names of parameters don't matter: `{url_path:path}` and `{url...}` are both the rest. */
function shapeOf(declared: string): string {
  return declared.replaceAll(/\{[^}:]+:path\}/g, '{...}').replaceAll(/\{[^}.]+\}/g, '{}')
}

function shapesOf(template: string): readonly string[] {
  const twin = template.endsWith('[/]')
  const body = (twin ? template.slice(0, -3) : template)
    .replaceAll(/\{[^}.]+\.\.\.\}/g, '{...}')
    .replaceAll(/\{[^}.]+\}/g, '{}')
  return twin ? [body, `${body}/`] : [body]
}

async function main(newest: boolean): Promise<number> {
  const environment = newest
    ? await setUpNewestGradio()
    : { ...(await setUpGradio('rig')), remove: undefined }
  try {
    const { gradio, declared, missing, gone } = await checkGradioRoutes(environment)
    for (const row of gone) process.stdout.write(`note: not in Gradio ${gradio}: ${row}\n`)
    for (const route of missing) process.stdout.write(`no entry: ${route}\n`)
    process.stdout.write(
      missing.length === 0
        ? `All ${String(declared)} routes of Gradio ${gradio} have an entry.\n`
        : `${String(missing.length)} routes of Gradio ${gradio} have no entry; add them in src/catalog/gradio/.\n`,
    )
    return missing.length === 0 ? 0 : 1
  } finally {
    await environment.remove?.()
  }
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.includes('--newest'))
}

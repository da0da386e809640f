/** The import table of ARCHITECTURE.md as a check: prints every forbidden edge. "Steps do not know each other." */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '..')

const steps = ['receive', 'classify', 'authenticate', 'authorize', 'validate', 'forward', 'serve', 'record']
const leaves = ['kit', 'contract', 'store/store.ts', 'store/rows.ts', 'refusals.ts']
const shared = [...leaves, 'catalog', 'request.ts', 'audit/audit.ts', 'audit/event.ts']

/** What each place in src may import besides itself; whatever is missing here may import nothing. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  kit: ['contract'],
  contract: [],
  'store/store.ts': ['kit', 'store/rows.ts'],
  'store/rows.ts': ['kit'],
  store: ['kit'],
  catalog: ['kit', 'contract'],
  'refusals.ts': ['kit'],
  'request.ts': ['kit', 'catalog', 'refusals.ts', 'store/rows.ts'],
  config: ['kit', 'contract'],
  audit: [...leaves, 'config/config.ts', 'tokens/token.ts'],
  sessions: [...leaves, 'audit/audit.ts', 'audit/event.ts'],
  tokens: [...leaves, 'audit/audit.ts', 'audit/event.ts'],
  users: [...leaves, 'audit/audit.ts', 'audit/event.ts'],
  login: [...leaves, 'users', 'audit/audit.ts', 'audit/event.ts', 'sessions'],
  certificates: [...leaves, 'audit/event.ts', 'config/config.ts', 'config/addresses.ts'],
  backup: [...leaves, 'audit', 'login', 'sessions/instance.ts', 'store'],
  policy: [...leaves, 'catalog/actions.ts'],
  app: [...leaves, 'audit/audit.ts', 'config/config.ts'],
  check: [
    'users',
    ...leaves,
    'catalog/actions.ts',
    'config/config.ts',
    'config/check-listen.ts',
    'app',
    'audit',
    'login',
    'policy',
  ],
  ...Object.fromEntries(
    steps.map((step) => [step, [...shared, 'policy/engine.ts', 'sessions', 'tokens', 'login']]),
  ),
  'gate.ts': ['kit', 'request.ts', 'refusals.ts', ...steps],
  'build.ts': [
    ...shared,
    'config',
    'store',
    'audit',
    'backup',
    'sessions',
    'tokens',
    'login',
    'policy',
    'certificates',
    'app',
    'classify',
    'forward',
    'serve',
    'gate.ts',
  ],
  'open-doors.ts': [...shared, 'config', 'build.ts', 'gate.ts', 'receive', 'serve', 'certificates'],
  'run-gate.ts': [...shared, 'config', 'build.ts', 'open-doors.ts', 'users'],
  cli: [
    ...shared,
    'config',
    'build.ts',
    'run-gate.ts',
    'store',
    'audit',
    'backup',
    'sessions',
    'tokens',
    'users',
    'login',
    'check',
  ],
}

function placeOf(file: string): string {
  if (file in allowed) return file
  return file.includes('/') ? (file.split('/')[0] ?? '') : file
}

/** Whether the file `from` may import the file `to`; both relative to src. */
export function isAllowed(from: string, to: string): boolean {
  const place = placeOf(from)
  if (to.startsWith(`${place}/`) || to === place) return true
  return (allowed[place] ?? []).some((one) => to === one || to.startsWith(`${one}/`))
}

/** Files that `text`, which stands in `file`, imports; relative to src like `file` itself. */
export function importsOf(file: string, text: string): string[] {
  const found = text.matchAll(
    /^\s*(?:import|export)\b(?:[^'"]*?from)?\s*['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]/gm,
  )
  return [...found].map((match) => normalize(join(dirname(file), match[1] ?? match[2] ?? '')))
}

/** One line per forbidden edge; empty when the table holds. */
export function findForbiddenImports(): string[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => file.endsWith('.ts') && !/\.(test|contract)\.ts$/.test(file))
  return sources.flatMap((file) =>
    importsOf(file, readFileSync(join(root, 'src', file), 'utf8'))
      .filter((target) => !isAllowed(file, target))
      .map((target) => `src/${file} may not import src/${target}`),
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const forbidden = findForbiddenImports()
  for (const line of forbidden) console.error(line)
  console.log(
    forbidden.length === 0
      ? `imports follow the table (${relative(process.cwd(), root) || '.'})`
      : `${forbidden.length} forbidden`,
  )
  process.exitCode = forbidden.length === 0 ? 0 : 1
}

/** The import table of ARCHITECTURE.md as a check: prints every forbidden edge. "Steps do not know each other." */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '..')

const steps = [
  'receive',
  'classify',
  'authenticate',
  'authorize',
  'prove',
  'read',
  'resolve',
  'validate',
  'forward',
  'serve',
  'record',
]
const leaves = ['kit', 'contract', 'store/store.ts', 'store/rows.ts', 'refusals.ts']
/** What a request is about is said in these nouns' terms. */
const terms = [
  'app/model.ts',
  'ownership/file-path.ts',
  'ownership/owner.ts',
  'ownership/ownership.ts',
  'policy/engine.ts',
]
const shared = [...leaves, ...terms, 'catalog', 'request.ts', 'audit/audit.ts', 'audit/event.ts']

/** What stands between the gate and the inside of the app. */
const appSide = [
  ...shared,
  'answers',
  'app',
  'assertion',
  'authorize/for-policy.ts',
  'authorize/questions.ts',
  'config',
  'disclosure',
  'forward/forward.ts',
  'html',
  'inputs',
  'limits',
  'login/key.ts',
  'look-at-answers.ts',
  'mcp',
  'open-rights.ts',
  'ownership',
  'policy',
  'record/asker.ts',
  'resolve/asked.ts',
  'roles-of-owners.ts',
  'show-app.ts',
  'users',
  'views',
]

/** What each place in src may import besides itself; whatever is missing here may import nothing. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  kit: ['contract'],
  contract: [],
  'store/store.ts': ['kit', 'store/rows.ts'],
  'store/rows.ts': ['kit', 'contract'],
  store: ['kit'],
  catalog: ['kit', 'contract'],
  'refusals.ts': ['kit'],
  'request.ts': ['kit', 'contract', 'catalog', 'refusals.ts', 'store/rows.ts', ...terms],
  config: ['kit', 'contract', 'policy/roles.ts'],
  audit: [...leaves, 'config/config.ts', 'tokens/token.ts'],
  sessions: [...leaves, 'audit/address-prefix.ts', 'audit/audit.ts', 'audit/event.ts'],
  tokens: [...leaves, 'audit/audit.ts', 'audit/event.ts'],
  users: [...leaves, 'audit/audit.ts', 'audit/event.ts'],
  login: [
    ...leaves,
    'users',
    'audit/audit.ts',
    'audit/event.ts',
    'proof/enrolment.ts',
    'proof/verify-signature.ts',
    'sessions',
    'store/failures.ts',
  ],
  proof: ['kit', 'contract', 'store/rows.ts'],
  certificates: [...leaves, 'audit/event.ts', 'config/config.ts', 'config/addresses.ts'],
  backup: [...leaves, 'audit', 'login', 'sessions/instance.ts', 'store'],
  policy: [...leaves, 'catalog/actions.ts', 'audit/audit.ts', 'audit/event.ts', 'config'],
  app: [...leaves, 'answers/tap.ts', 'audit/audit.ts', 'config/config.ts'],
  'policy-tools': [
    'kit',
    'contract',
    'catalog/actions.ts',
    'app/model.ts',
    'app/resources.ts',
    'config',
    'policy',
  ],
  answers: ['kit'],
  ownership: [
    ...leaves,
    'answers',
    'app/model.ts',
    'app/file-data.ts',
    'audit/audit.ts',
    'audit/event.ts',
    'login/key.ts',
  ],
  views: ['kit', 'answers/tap.ts', 'app/model.ts', 'catalog'],
  disclosure: ['kit', 'answers', 'app/model.ts', 'config/config.ts'],
  html: ['kit', 'answers', 'app/model.ts', 'config/config.ts'],
  limits: [
    ...leaves,
    'answers/event-head.ts',
    'answers/tap.ts',
    'ownership/owner.ts',
    'config/config.ts',
    'store/gcra.ts',
  ],
  inputs: ['kit', 'answers', 'app/model.ts', 'config/input-rules.ts', 'config/nearest-name.ts'],
  assertion: ['kit', 'contract', 'answers', 'ownership/owner.ts'],
  mcp: [...leaves, 'answers/tap.ts', 'app/model.ts', 'ownership/owner.ts', 'ownership/ownership.ts'],
  verify: ['contract/assertion.ts'],
  check: [
    'disclosure/secrets.ts',
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
    steps.map((step) => [
      step,
      [
        ...shared,
        'answers',
        'app',
        'inputs',
        'limits',
        'mcp',
        'proof',
        'sessions',
        'tokens',
        'login',
        'views',
      ],
    ]),
  ),
  'gate.ts': ['kit', 'ownership/owner.ts', 'request.ts', 'refusals.ts', ...steps],
  'build.ts': [
    'unmatched-names.ts',
    'app-side.ts',
    'credentials.ts',
    ...shared,
    'config',
    'store',
    'audit',
    'backup',
    'sessions',
    'tokens',
    'users',
    'login',
    'policy',
    'proof',
    'certificates',
    'app',
    'answers',
    'assertion',
    'disclosure',
    'inputs',
    'limits',
    'ownership',
    'views',
    'classify',
    'forward',
    'serve',
    'gate.ts',
  ],
  'app-side.ts': appSide,
  'look-at-answers.ts': appSide,
  'roles-of-owners.ts': [...shared, 'policy', 'tokens'],
  'show-app.ts': appSide,
  'unmatched-names.ts': ['app/model.ts', 'config', 'inputs', 'limits'],
  'credentials.ts': [
    'kit',
    'authenticate/authenticate.ts',
    'authenticate/with-next-token.ts',
    'authorize/authorize-again.ts',
    'forward/forward.ts',
    'prove/note-use.ts',
    'sessions',
    'tokens',
  ],
  'open-rights.ts': appSide,
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
    'inputs',
    'ownership',
    'policy/roles.ts',
    'policy/role-graph.ts',
    'policy-tools',
    'proof/enrolment.ts',
    'app/read-model.ts',
    'unmatched-names.ts',
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

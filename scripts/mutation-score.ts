/** What mutation testing counts, area by area, and the table of it in docs/mutation.md. */
import type { Stryker } from '@stryker-mutator/core'

const inside = (folder: string) => (names: readonly string[], end: string) =>
  names.map((name) => `src/${folder}/${name}${end}`)
const at = inside('policy')
const atLogin = inside('login')

/** The parts of a decision. */
const parts = ['cedar-context', 'entities', 'might', 'parsed-policy', 'policy-index', 'role-graph']
/** What puts them together. */
const engine = ['cedar', 'parsed-sets']
/** What makes policies of roles. */
const compiling = ['cedar-text', 'compile-roles', 'compile-when']
/** What reads policies and checks them. */
const reading = ['find-slips', 'load-policy', 'policy-set', 'read-policies', 'read-schema', 'roles']
/** What follows their files while the gate runs. */
const keeping = ['keep-policy', 'policy-keeper']
/** Of the login, what asks for the password once more, and what takes somebody to a login host and back. */
const asking = ['confirmation', 'step-up-tickets', 'hand-over']

/** Of each: what is broken, and the tests that should notice. */
export const areas = {
  ownership: { sources: ['src/ownership/*.ts'], tests: ['src/ownership/*.test.ts'] },
  resolution: { sources: ['src/resolve/*.ts'], tests: ['src/resolve/*.test.ts'] },
  authorization: { sources: ['src/authorize/*.ts'], tests: ['src/authorize/*.test.ts'] },
  decision: { sources: at(parts, '.ts'), tests: at(parts, '.test.ts') },
  engine: { sources: at(engine, '.ts'), tests: at([...engine, 'cedar-memory', 'engine'], '.test.ts') },
  roles: { sources: at(compiling, '.ts'), tests: at(compiling, '*.test.ts') },
  policies: {
    sources: at(reading, '.ts'),
    tests: at(['find-slips', 'load-policy', 'policy-pile', 'policy-set', 'schema'], '.test.ts'),
  },
  keeper: { sources: at(keeping, '.ts'), tests: at(['policy-keeper'], '.test.ts') },
  proof: {
    sources: ['src/contract/proof.ts', 'src/proof/*.ts', 'src/prove/*.ts'],
    tests: ['src/contract/proof.test.ts', 'src/proof/*.test.ts', 'src/prove/*.test.ts'],
  },
  sessions: { sources: ['src/sessions/*.ts'], tests: ['src/sessions/*.test.ts'] },
  'step-up': { sources: atLogin(asking, '.ts'), tests: atLogin(asking, '.test.ts') },
} as const satisfies Record<string, { sources: readonly string[]; tests: readonly string[] }>

export type AreaName = keyof typeof areas

export function isArea(name: string): name is AreaName {
  return Object.hasOwn(areas, name)
}

type Mutants = Awaited<ReturnType<Stryker['runMutationTest']>>

export interface Score {
  readonly killed: number
  readonly timeout: number
  readonly survived: number
  readonly uncovered: number
  /** Judged by nobody: what runs once when a file is loaded, and what never ran at all. */
  readonly leftOut: number
}

export function scoreOf(mutants: Mutants): Score {
  const count = (...among: readonly Mutants[number]['status'][]) =>
    mutants.filter(({ status }) => among.includes(status)).length
  return {
    killed: count('Killed'),
    timeout: count('Timeout'),
    survived: count('Survived'),
    uncovered: count('NoCoverage'),
    leftOut: count('Ignored', 'CompileError', 'RuntimeError', 'Pending'),
  }
}

const head = [
  '| area | mutants | killed | endless | survived | not run | left out | score | measured |',
  '|---|---|---|---|---|---|---|---|---|',
]

export interface Stamp {
  readonly date: string
  readonly commit: string
}

export function readRow(name: string, score: Score, stamp?: Stamp): string {
  const { killed, timeout, survived, uncovered, leftOut } = score
  const all = killed + timeout + survived + uncovered
  const share = all === 0 ? '–' : `${((100 * (killed + timeout)) / all).toFixed(1)} %`
  const measured = stamp === undefined ? 'now' : `${stamp.date}, ${stamp.commit}`
  const cells = [name, all, killed, timeout, survived, uncovered, leftOut, share, measured]
  return `| ${cells.join(' | ')} |`
}

/** The table with the row of one area as it is now; those of the others stay as the page has them. */
export function writeTable(page: string, area: AreaName, score: Score, stamp: Stamp): string {
  const lines = page.split('\n')
  const rows = Object.keys(areas).flatMap((name) =>
    name === area ? [readRow(area, score, stamp)] : lines.filter((line) => line.startsWith(`| ${name} |`)),
  )
  return [...head, ...rows].join('\n')
}

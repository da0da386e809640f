/** test/attacks/README.md against the tests it names: what it says succeeds or is blocked, a test of that title shows. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'

const root = path.join(import.meta.dirname, '../..')
const folder = path.join(root, 'test/attacks')

const upTo = (before: string, last: number, first = 1) =>
  Array.from(
    { length: last + 1 - first },
    (_, at) => `${before}${String(first + at).padStart(before.endsWith('.') ? 2 : 1, '0')}`,
  )

/** What has to be shown: of the scenarios, all experiments, oracles and split diffs, the wire. */
const required = [
  ...['1.05', '1.07', '1.11', '3.07'],
  ...upTo('2.', 18),
  ...upTo('3.', 30, 10),
  ...upTo('4.', 24),
  ...upTo('5.', 19),
  ...upTo('6.', 6),
  ...upTo('E', 28),
  ...['O1', 'O2', 'R1'],
  ...upTo('P', 5),
]

interface Row {
  readonly number: string
  readonly places: readonly string[]
  readonly shown: readonly string[]
  readonly blockedBy: string
}

const readme = await readFile(path.join(folder, 'README.md'), 'utf8')
const rows = readme
  .split('\n')
  .filter((line) => /^\| [\dEOPR][\d.]* /.test(line))
  .map((line): Row => {
    const [number = '', , places = '', shown = '', blockedBy = ''] = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim())
    const list = (cell: string, between: string) =>
      cell
        .split(between)
        .map((one) => one.trim())
        .filter((one) => one !== '')
    return { number, places: list(places, ';'), shown: list(shown, '<br>'), blockedBy }
  })

/** Titles of all tests by file, as they run: those of tables written out. */
const titles = new Map<string, string[]>()

beforeAll(async () => {
  const scratch = await mkdtemp(path.join(tmpdir(), 'sekisho-titles-'))
  try {
    const list = path.join(scratch, 'list.json')
    const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
    // Only the table's files; nothing of them runs but what makes the titles.
    const files = new Set(rows.flatMap(({ shown }) => shown.map((one) => one.split(' › ')[0] ?? '')))
    const named = Array.from(files, (file) => `${path.resolve(folder, placeOf(file))}.test.ts`)
    const projects = ['--project', 'attacks', '--project', 'e2e']
    const args = ['list', ...projects, '--staticParse=false', `--json=${list}`, ...named]
    await promisify(execFile)(process.execPath, [vitest, ...args], { cwd: root, maxBuffer: 1e8 })
    const found = JSON.parse(await readFile(list, 'utf8')) as { name: string; file: string }[]
    for (const { name, file } of found) {
      const key = path
        .relative(root, file)
        .replace(/^test\/attacks\//, '')
        .replace(/\.test\.ts$/, '')
      titles.set(key, [...(titles.get(key) ?? []), name])
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}, 300_000)

/** Those in a browser stand in `e2e`, and are named so. */
const placeOf = (file: string) => (file.startsWith('e2e/') ? path.join(root, file) : file)

/** The tests of `file › suite` or `file › suite › ending`. */
function testsOf(shown: string): readonly string[] {
  const [file = '', suite = '', ending = ''] = shown.split(' › ')
  return (titles.get(file) ?? []).filter((name) => name.split(' > ').includes(suite) && name.endsWith(ending))
}

describe('the attack table', () => {
  it('has every row that is required, once', () => {
    const numbers = rows.map(({ number }) => number)
    expect(required.filter((number) => !numbers.includes(number))).toEqual([])
    expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([])
  })

  it.each(rows)('$number names tests that exist', ({ shown, blockedBy }) => {
    expect(shown).not.toEqual([])
    expect(blockedBy).not.toBe('')
    expect(shown.filter((one) => testsOf(one).length === 0)).toEqual([])
  })

  it.each(rows.filter(({ places }) => places.length > 0 && !places.includes('no attack')))(
    '$number is shown to succeed on $places',
    ({ places, shown }) => {
      const tests = shown.flatMap(testsOf)
      expect(places.filter((place) => !tests.some((name) => saysOn(name, place)))).toEqual([])
    },
  )

  it.each(rows.filter(({ places }) => places.length === 0))(
    '$number is shown to be stopped by Gradio itself',
    ({ shown }) => {
      expect(
        shown.flatMap(testsOf).filter((name) => /stays blocked (?:on|at) /.test(titleOf(name))),
      ).not.toEqual([])
    },
  )

  it.each(rows.filter(({ places }) => !places.includes('no attack')))(
    '$number is shown to be blocked by the gate, or warned of',
    ({ shown, blockedBy }) => {
      const words = blockedBy.startsWith('nothing')
        ? /sekisho check warns/
        : /(?:blocked|paced) .*(?:by|at) the gate/
      for (const one of shown)
        expect([one, testsOf(one).some((name) => words.test(titleOf(name)))]).toEqual([one, true])
    },
  )
})

const titleOf = (name: string) => name.split(' > ').at(-1) ?? ''

function saysOn(name: string, place: string): boolean {
  const title = titleOf(name)
  if (!/succeeds? /.test(title) || !title.includes(` on ${place}`)) return false
  return place.includes('without login') || !title.includes('without login')
}

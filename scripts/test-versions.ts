/**
 * `npm run test:versions [version …]`: one compact suite against real apps of several versions of Gradio, each in an environment of
 * its own. Prints which rows hold for which version, and writes them to docs/gradio-versions.md when all versions were tried.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildWeb } from './build-web.ts'
import { readCommit } from './read-commit.ts'
import { writeResult } from './result-page.ts'
import { gradioVersions, setUpVersion, type GradioVersion } from './gradio-versions.ts'

const root = path.resolve(import.meta.dirname, '..')

interface Outcome {
  readonly row: string
  readonly held: boolean
}

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[]
      readonly title: string
      readonly status: string
    }[]
  }[]
}

/** The suite's tests on one version; empty when it broke before its first test. */
async function runSuite(version: GradioVersion): Promise<readonly Outcome[]> {
  await setUpVersion(version)
  const folder = await mkdtemp(path.join(tmpdir(), 'sekisho-versions-'))
  const file = path.join(folder, 'report.json')
  const args = ['run', '--config', 'test/versions/vitest.config.ts']
  await new Promise((resolve) => {
    const child = spawn(
      path.join(root, 'node_modules/.bin/vitest'),
      [...args, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      {
        cwd: root,
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, SEKISHO_TEST_GRADIO: version },
      },
    )
    child.on('exit', resolve)
  })
  try {
    const { testResults } = JSON.parse(await readFile(file, 'utf8')) as Report
    return testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .map(({ ancestorTitles, title, status }) => ({
        row: [...ancestorTitles, title].join(' ').trim(),
        held: status === 'passed',
      }))
  } catch {
    return []
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Results = ReadonlyMap<GradioVersion, readonly Outcome[]>

function cellOf(row: string, outcomes: readonly Outcome[]): string {
  const held = outcomes.filter((one) => one.row === row).map((one) => one.held)
  if (held.length === 0) return ''
  return held.every(Boolean) ? 'holds' : '**fails**'
}

/** Rows that fewer versions have come last: they are about what those versions are like. */
function writeTable(results: Results): string {
  const rows = [...new Set([...results.values()].flat().map(({ row }) => row))]
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const body = rows.map((row) => {
    const cells = [...results.values()].map((outcomes) => cellOf(row, outcomes))
    return line([row.replaceAll('|', '\\|'), ...cells])
  })
  return [
    line(['', ...results.keys()]),
    line(['---', ...[...results.keys()].map(() => '---')]),
    ...body,
  ].join('\n')
}

async function main(wanted: readonly string[]): Promise<number> {
  const unknown = wanted.filter((one) => !gradioVersions.some((version) => version === one))
  if (unknown.length > 0) {
    process.stderr.write(`no such version: ${unknown.join(', ')}; there are ${gradioVersions.join(', ')}\n`)
    return 2
  }
  await buildWeb()
  const results = new Map<GradioVersion, readonly Outcome[]>()
  for (const version of gradioVersions.filter((one) => wanted.length === 0 || wanted.includes(one)))
    results.set(version, await runSuite(version))
  const table = writeTable(results)
  process.stdout.write(`\n${table}\n`)
  if (results.size === gradioVersions.length) {
    const head = `Tried on ${new Date().toISOString().slice(0, 10)} at commit ${await readCommit()}.`
    await writeResult('docs/gradio-versions.md', 'npm run test:versions', `${head}\n\n${table}`)
  }
  const broken = [...results].filter(([, outcomes]) => outcomes.length === 0).map(([version]) => version)
  for (const version of broken) process.stderr.write(`Gradio ${version}: the suite did not run\n`)
  return broken.length === 0 && [...results.values()].flat().every(({ held }) => held) ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))

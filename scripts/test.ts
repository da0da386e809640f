/** `npm test`: sets up what tests need, runs the checks and every suite, and ends with one line of counts. */
import { spawn } from 'node:child_process'
import { readFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildWeb } from './build-web.ts'
import { runChecks } from './check.ts'
import { setUpChromium } from './setup-chromium.ts'
import { setUpFirefox } from './setup-firefox.ts'
import { setUpGradio } from './setup-gradio.ts'
import { setUpH2spec } from './setup-h2spec.ts'
import { setUpPebble } from './setup-pebble.ts'
import { setUpSlowhttptest } from './setup-slowhttptest.ts'

const root = join(import.meta.dirname, '..')
const projects = process.argv.slice(2)
/** Without a second quarter of an hour for what `firefox` tries in short, and streams that take as long as they say. */
const usual = ['!e2e-firefox', '!ten-minutes*']

/** Of Vitest's JSON report. */
interface Report {
  readonly numFailedTests: number
  readonly numPassedTests: number
  readonly numPendingTests: number
  readonly testResults: readonly { readonly assertionResults: readonly TestResult[] }[]
}

interface TestResult {
  readonly fullName: string
  readonly status: string
  readonly failureMessages: readonly string[]
}

/** Tests that passed after a wait that ran out, with what it was: see `retry` in vitest.config.ts. */
function listSecondTries({ testResults }: Report): readonly string[] {
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)
    .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0]?.split('\n')[0] ?? ''}`)
}

async function runSuites(): Promise<{ passed: number; failed: number; skipped: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-test-'))
  const report = join(folder, 'report.json')
  const chosen = (projects.length > 0 ? projects : usual).flatMap((project) => ['--project', project])
  const args = ['run', ...chosen, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const code = await new Promise<number>((resolve) => {
    const child = spawn(join(root, 'node_modules/.bin/vitest'), args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.on('exit', (status) => resolve(status ?? 1))
  })
  try {
    const told = JSON.parse(readFileSync(report, 'utf8')) as Report
    const failed = told.numFailedTests
    // A suite that broke before its first test has no failed test to count.
    const broken = code !== 0 && failed === 0 ? 1 : 0
    for (const test of listSecondTries(told)) console.log(`at the second try: ${test}`)
    return { passed: told.numPassedTests, failed: failed + broken, skipped: told.numPendingTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Side by side, but for what waits for one lock: apt-get's, and Go's download, which needs what Gradio's set-up brings Python. */
async function setUp(): Promise<void> {
  const installed = async () => {
    await setUpChromium()
    await setUpFirefox()
    await setUpSlowhttptest()
  }
  const built = async () => {
    await setUpPebble()
    await setUpH2spec()
  }
  await setUpGradio()
  await Promise.all([installed(), built()])
}

await buildWeb()
const [checks] = await Promise.all([projects.length === 0 ? runChecks() : { passed: 0, failed: 0 }, setUp()])
const suites = await runSuites()
const failed = checks.failed + suites.failed
const passed = checks.passed + suites.passed
console.log(`\n${passed} passed, ${failed} failed${suites.skipped > 0 ? `, ${suites.skipped} skipped` : ''}`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const project = (name: string, include: string[], extra: object = {}) => ({
  extends: true as const,
  test: { name, include, ...extra },
})

/**
 * All projects advance at the same pace, each from its largest file to its smallest, instead of one after another: what waits,
 * for a browser or for the end of a limit, has beside it what computes.
 */
class SideBySide extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const parts = Map.groupBy(sorted, ({ project }) => project.name)
    const share = new Map<TestSpecification, number>()
    for (const part of parts.values())
      for (const [at, file] of part.entries()) share.set(file, at / part.length)
    return sorted.sort((a, b) => (share.get(a) ?? 0) - (share.get(b) ?? 0))
  }
}

/** Every command that tests start reads the whole source: Node keeps what it made of it. */
const compiled = join(import.meta.dirname, 'node_modules/.cache/node')

/**
 * What a page waits for may never come, without a gate as well: Gradio now and then loses a call that is made just as the stream
 * before it ends (one of 2,000 such calls to the app alone; js/client open_stream, 6.31), and a browser's made-up camera may not
 * start. Such a test is tried once more, and named at the end (scripts/test.ts); what came and is wrong fails at once.
 */
const retry = { count: 1, condition: /Timeout \d+ms exceeded|Test timed out in|Timed out in waitUntil/ }
/** Of Playwright: a wait that was begun before a deed that then failed, so that nobody takes it. The test tells of the deed. */
const waitInVain =
  /^(?:page|browserContext|frame)\.waitFor\w+: (?:Timeout|Target page, context or browser has been closed|Navigation failed)/
const inBrowser = { testTimeout: 180_000, hookTimeout: 240_000, retry }
const firefox = { SEKISHO_BROWSER: 'firefox' }
/** No browser takes part. */
const notInFirefox = ['bound-tokens', 'clients', 'verify-services'].map((name) => `e2e/${name}.test.ts`)

export default defineConfig({
  resolve: { conditions: ['sekisho-source'] },
  ssr: { resolve: { conditions: ['sekisho-source'] } },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    passWithNoTests: false,
    // A busy machine is slow, not wrong.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    onUnhandledError: ({ message }) => !waitInVain.test(message ?? ''),
    // Tests that run beside each other only wait.
    maxConcurrency: 20,
    env: { NODE_COMPILE_CACHE: compiled },
    sequence: { sequencer: SideBySide },
    projects: [
      project('unit', [
        'src/**/*.test.ts',
        'web/src/**/*.test.ts',
        'test/policy-reference/**/*.test.ts',
        'test/model/**/*.test.ts',
      ]),
      project('path', ['test/path/**/*.test.ts']),
      project('architecture', ['test/architecture/**/*.test.ts']),
      project('certificates', ['test/certificates/**/*.test.ts'], {
        testTimeout: 120_000,
        hookTimeout: 120_000,
      }),
      project('attacks', ['test/attacks/**/*.test.ts', 'test/fuzz/**/*.test.ts'], {
        testTimeout: 120_000,
        hookTimeout: 180_000,
      }),
      project('e2e', ['e2e/**/*.test.ts'], inBrowser),
      project('firefox', ['e2e/in-short.firefox.ts'], { ...inBrowser, env: firefox }),
      // Not among those that `npm test` runs.
      project('e2e-firefox', ['e2e/**/*.test.ts'], { ...inBrowser, env: firefox, exclude: notInFirefox }),
      project('ten-minutes', ['e2e/ten-minutes.ts'], inBrowser),
      project('ten-minutes-firefox', ['e2e/ten-minutes.ts'], { ...inBrowser, env: firefox }),
    ],
  },
})

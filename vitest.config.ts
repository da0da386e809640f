import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], extra: object = {}) => ({
  extends: true as const,
  test: { name, include, ...extra },
})

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
    projects: [
      project('unit', ['src/**/*.test.ts', 'web/src/**/*.test.ts', 'test/policy-reference/**/*.test.ts']),
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
      project('e2e', ['e2e/**/*.test.ts'], {
        testTimeout: 180_000,
        hookTimeout: 240_000,
        fileParallelism: false,
      }),
    ],
  },
})

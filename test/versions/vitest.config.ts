/** The suite that `npm run test:versions` runs once for each version; no part of `npm test`. */
import { defineConfig } from 'vitest/config'
import { versionUnderTest } from '../../scripts/gradio-versions.ts'

const tooOld = 'test/versions/too-old.test.ts'
const isTooOld = versionUnderTest().startsWith('3.')

export default defineConfig({
  resolve: { conditions: ['sekisho-source'] },
  ssr: { resolve: { conditions: ['sekisho-source'] } },
  test: {
    pool: 'forks',
    fileParallelism: false,
    passWithNoTests: false,
    include: isTooOld ? [tooOld] : ['test/versions/*.test.ts', 'e2e/*.versions.ts'],
    exclude: isTooOld ? [] : [tooOld],
    testTimeout: 60_000,
    hookTimeout: 240_000,
  },
})

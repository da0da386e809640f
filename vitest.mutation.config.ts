/** The unit tests for `npm run mutation`: the shortest first, as one that fails is enough. */
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Vitest itself begins with the longest. */
class ShortestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).reverse()
  }
}

export default defineConfig({
  resolve: { conditions: ['sekisho-source'] },
  ssr: { resolve: { conditions: ['sekisho-source'] } },
  test: {
    include: ['src/**/*.test.ts'],
    // Each mutant has a thread of its own anyway.
    isolate: false,
    // A test that is slow because the machine has other work must not count as one that noticed.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    sequence: { sequencer: ShortestFirst },
  },
})

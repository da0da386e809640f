/** Lines of a sekisho.yaml as the gate would read them, for a gate inside the test's own process. */
import type { Config } from '../../src/config/config.ts'
import { makeConfig } from '../../src/config/make-config.ts'

const upstream = new URL('http://127.0.0.1:7860')
const here = { cwd: '/tmp', home: '/tmp', env: {} }

export function readConfigText(text: string): Partial<Config> {
  const source = { text, file: '/tmp/sekisho.yaml' }
  const { roles, policyFiles, inputs, answers, limits, uploads, mcp, pace, proof } = makeConfig(
    source,
    { upstream: upstream.href },
    here,
  )
  return { roles, policyFiles, inputs, answers, limits, uploads, mcp, pace, proof }
}

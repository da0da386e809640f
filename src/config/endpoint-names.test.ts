/** Functions are named without the slash of Gradio's clients: with it, a rule would be for nothing and unnoticed. */
import { expect, test } from 'vitest'
import { GateFault } from '../kit/fault.ts'
import { makeConfig } from './make-config.ts'

test.each([
  'roles: { a: { call: ["*", "!/pay"] } }',
  'inputs: { /pay: { amount: { max: 10 } } }',
  'limits: { endpoints: { /pay: { rate: 1/min } } }',
  'answers: { endpoints: { /pay: { secrets: withhold } } }',
])('%s is refused, and without the slash it is not', (text) => {
  const read = (yaml: string) =>
    makeConfig(
      { text: `upstream: http://127.0.0.1:7860\n${yaml}`, file: '/sekisho.yaml' },
      {},
      { cwd: '/', home: '/', env: {} },
    )
  expect(() => read(text)).toThrow(GateFault)
  expect(() => read(text)).toThrow('without a slash')
  expect(() => read(text.replace('/pay', 'pay'))).not.toThrow()
})

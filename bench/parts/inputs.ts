/** What it costs to judge the inputs of a call. */
import type { Json } from '../../src/kit/json.ts'
import { parseStrictJson, requestLimits, writeJson } from '../../src/kit/strict-json.ts'
import { makeInputs } from '../../src/inputs/inputs.ts'
import { endpoint, modelOf, rulesOf, slot, type SampleEndpoint } from '../../src/inputs/sample.contract.ts'
import { makeSentValues } from '../../src/inputs/sent-values.ts'
import type { Costs } from '../costs.ts'

const query = "bread and wine, at the harbour's old inn"
const table = Array.from({ length: 20_000 }, (_, i) => [i, `row ${String(i)}`, i * 1.5])

export async function measureInputs(costs: Costs): Promise<void> {
  await measureReading(costs)
  const inputs = {
    query: slot('textbox'),
    amount: slot('slider', { minimum: 0, maximum: 100 }),
    kind: slot('dropdown', { choices: ['bread', 'wine', 'oil'].map((name) => [name, name]) }),
    express: slot('checkbox'),
  }
  const strict = {
    lookup: {
      query: { pattern: "[\\p{L}\\p{N} ,'-]{1,64}" },
      amount: { min: 1, max: 10, integer: true },
      require: [{ if: { express: true }, then: { amount: { max: 5 } } }],
    },
  }
  await judging(costs, 'the shape and bounds of four inputs', { inputs }, {}, [query, 3, 'wine', true])
  await judging(costs, '… and a pattern, ranges, a condition', { inputs }, strict, [query, 3, 'wine', true])
  const rows = { inputs: { rows: slot('dataframe') } }
  await judging(costs, 'a table of 20,000 rows', rows, {}, [{ headers: ['n', 'name', 'x'], data: table }])
}

async function measureReading(costs: Costs): Promise<void> {
  const call = { data: [query, 3, 'wine', true], fn_index: 2, session_hash: 'abc123xyz', trigger_id: 7 }
  for (const [what, value, count] of [
    ['read strictly and written again: a call', call, 20_000],
    ['read strictly and written again: a table of 20,000 rows', { ...call, data: [table] }, 20],
  ] as const) {
    const bytes = Buffer.from(JSON.stringify(value))
    await costs.perMegabyte(what, { bytes: bytes.length, count }, () =>
      writeJson(parseStrictJson(bytes, requestLimits)),
    )
  }
}

async function judging(
  costs: Costs,
  what: string,
  shape: SampleEndpoint,
  rules: unknown,
  data: readonly Json[],
): Promise<void> {
  const target = endpoint(shape)
  const judge = makeInputs({
    ...{ rules: rulesOf(rules), model: () => modelOf(target), sent: makeSentValues() },
  })
  const ask = () => judge.judge({ endpoint: target, data }, 'session')
  if (ask() !== undefined) throw new Error('The call of the benchmark is refused.')
  await costs.each(`judge ${what}`, data.length > 1 ? 50_000 : 20, ask)
}

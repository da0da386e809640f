/** What makes two calls the same call, and what doesn't. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseStrictText, requestLimits } from '../kit/strict-json.ts'
import { digestCall, type DigestedCall } from './digest-call.ts'

const json = (text: string) => parseStrictText(text, requestLimits)
const call: DigestedCall = {
  ...{ method: 'POST', path: '/gradio_api/queue/join', query: '', endpoint: 'predict' },
  body: json('{"data":["a"],"fn_index":2,"session_hash":"abc"}'),
}

it('is another one with any other part', () => {
  const others: Partial<DigestedCall>[] = [
    { method: 'PUT' },
    { path: '/gradio_api/run/predict' },
    { query: 'a=1' },
    { endpoint: 'delete_all' },
    { body: json('{"data":["b"],"fn_index":2,"session_hash":"abc"}') },
    { body: json('{"data":["a"],"fn_index":3,"session_hash":"abc"}') },
    { body: json('{"data":["a"],"fn_index":2,"session_hash":"abd"}') },
    { body: null },
  ]
  const digests = [call, ...others.map((other) => ({ ...call, ...other }))].map(digestCall)
  expect(new Set(digests).size).toBe(digests.length)
})

it('is the same one however its JSON was written', () => {
  const spaced = json(' { "data" : [ "\\u0061" ] , "fn_index":2, "session_hash":"abc" }')
  expect(digestCall({ ...call, body: spaced })).toBe(digestCall(call))
})

it('can’t be made of another one by moving text from one part into the next', () => {
  const parts = fc.record({
    method: fc.string(),
    path: fc.string(),
    query: fc.string(),
    endpoint: fc.string(),
  })
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other)
      return same === (digestCall({ ...one, body: null }) === digestCall({ ...other, body: null }))
    }),
  )
  const shifted = { method: 'P', path: 'OST/x', query: '', endpoint: '', body: null }
  expect(digestCall(shifted)).not.toBe(digestCall({ ...shifted, method: 'PO', path: 'ST/x' }))
})

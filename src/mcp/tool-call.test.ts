import { expect, it } from 'vitest'
import { readToolCall, writeToolCall } from './tool-call.ts'

it.each([
  [{ name: 'x' }, { name: 'x', arguments: {} }],
  [
    { name: 'x', arguments: null, _meta: null },
    { name: 'x', arguments: {} },
  ],
  [
    { name: 'x', arguments: { a: [1] }, task: {} },
    { name: 'x', arguments: { a: [1] } },
  ],
  [
    { name: 'x', _meta: { progressToken: 0, more: 1 } },
    { name: 'x', arguments: {}, progressToken: 0 },
  ],
])('a call of a tool is read: %j', (params, expected) => {
  expect(readToolCall(params)).toEqual(expected)
})

it.each([
  {},
  { name: 1 },
  { name: 'x', arguments: [] },
  { name: 'x', arguments: 'a' },
  { name: 'x', _meta: [] },
  { name: 'x', _meta: { progressToken: {} } },
])('what is no call of a tool is none: %j', (params) => {
  expect(readToolCall(params)).toBeUndefined()
})

it('is written with the arguments that were judged, and no more', () => {
  const call = { name: 'x', arguments: { a: 1 }, progressToken: 'p' }
  expect(writeToolCall(call, { b: 2 })).toEqual({
    name: 'x',
    arguments: { b: 2 },
    _meta: { progressToken: 'p' },
  })
})

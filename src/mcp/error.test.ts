import { expect, it } from 'vitest'
import { refusals, refuse, type RefusalCode } from '../refusals.ts'
import { rpcError } from './error.ts'

it.each(Object.keys(refusals) as RefusalCode[])('a refusal says its text and nothing of why: %s', (code) => {
  const told = rpcError(7, refuse(code, { secret: 'why' }))
  expect(told).toMatchObject({ jsonrpc: '2.0', id: 7, error: { message: refusals[code].says.en } })
  expect(JSON.stringify(told)).not.toContain('why')
})

it.each([
  ['rpc-invalid', -32600],
  ['rpc-method-unknown', -32601],
  ['input-invalid', -32602],
  ['policy-denied', -32000],
  ['endpoint-unknown', -32000],
] as const)('%s is the error %d', (code, number) => {
  expect(rpcError('a', refuse(code))).toMatchObject({ id: 'a', error: { code: number } })
})

it('an input that was refused is named', () => {
  expect(rpcError(1, { ...refuse('input-invalid'), input: 'Amount' })).toMatchObject({
    error: { message: 'This input is not allowed. (Amount)' },
  })
})

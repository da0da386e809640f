import { expect, it } from 'vitest'
import { withoutMcpError } from './mcp-error.ts'

const hidden: string[] = []
const hide = (text: string) => {
  hidden.push(text)
  return 'Something went wrong.'
}

it('a tool that failed says a reference, and nothing of the exception', () => {
  const content = [
    { type: 'text', text: 'app:hunter2@db' },
    { type: 'text', text: 'more' },
  ]
  const message = { jsonrpc: '2.0', id: 1, result: { content, structuredContent: { x: 1 }, isError: true } }
  expect(withoutMcpError(message, hide)).toEqual({
    ...{ jsonrpc: '2.0', id: 1 },
    result: { content: [{ type: 'text', text: 'Something went wrong.' }], isError: true },
  })
  expect(hidden).toEqual(['app:hunter2@db\nmore'])
})

it('an exception outside of a tool says a reference', () => {
  const message = { jsonrpc: '2.0', id: 1, error: { code: 0, message: 'secret', data: 'trace' } }
  expect(withoutMcpError(message, hide)).toEqual({
    ...{ jsonrpc: '2.0', id: 1 },
    error: { code: 0, message: 'Something went wrong.' },
  })
})

it.each([
  { jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'Method not found' } },
  { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'fine' }], isError: false } },
  { jsonrpc: '2.0', method: 'notifications/progress', params: {} },
])('what tells of no exception stays: %j', (message) => {
  expect(withoutMcpError(message, hide)).toBeUndefined()
})

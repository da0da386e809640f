/** Tests of what the page's own requests tell about the session. */
import { expect, test } from 'vitest'
import { readRequest } from './read-request.ts'

const origin = 'https://app.example'
const read = (path: string, status: number) => readRequest(new URL(path, origin), status, origin)

test('a 401 of this origin is evidence, other statuses are not', () => {
  expect(read('/gradio_api/queue/join?x=1', 401)).toBe('refusal')
  for (const status of [0, 200, 403, 404, 500]) expect(read('/gradio_api/queue/join', status)).toBeUndefined()
})

test('another origin says nothing about this session', () => {
  expect(read('https://elsewhere.example/x', 401)).toBeUndefined()
  expect(read('https://app.example:8443/gradio_api/heartbeat/abc', 200)).toBeUndefined()
})

test('the gate’s own answers are not taken as evidence, or each question would cause the next', () => {
  expect(read('/.sekisho/api/session', 401)).toBeUndefined()
})

test('a heartbeat that ended is evidence, results that ended may be', () => {
  expect(read('/gradio_api/heartbeat/abc123', 200)).toBe('refusal')
  expect(read('/gradio_api/queue/data?session_hash=abc', 200)).toBe('cut')
})

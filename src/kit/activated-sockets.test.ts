/** The sockets that a service manager passes (sd_listen_fds(3)). */
import { expect, test } from 'vitest'
import { readActivatedSockets } from './activated-sockets.ts'

const passed = (LISTEN_FDS: string, LISTEN_FDNAMES?: string) =>
  readActivatedSockets({ LISTEN_PID: '42', LISTEN_FDS, LISTEN_FDNAMES }, 42)

test.each([
  ['one without a name is the gate', '1', undefined, { gate: 3 }],
  ['two without names are the gate and plain HTTP', '2', undefined, { gate: 3, http: 4 }],
  ['two with the name of their unit', '2', 'sekisho.socket:sekisho.socket', { gate: 3, http: 4 }],
  ['two by name', '2', 'https:http', { gate: 3, http: 4 }],
  ['two by name, the other way round', '2', 'http:https', { gate: 4, http: 3 }],
  ['one named, first', '2', 'http:sekisho.socket', { gate: 4, http: 3 }],
  ['one named, second', '2', 'sekisho.socket:https', { gate: 4, http: 3 }],
  ['only plain HTTP', '1', 'http', { http: 3 }],
  ['none', '0', undefined, {}],
  ['a count that is none', '-1', undefined, {}],
  ['a count in words', 'two', undefined, {}],
])('%s', (_, count, names, sockets) => {
  expect(passed(count, names)).toEqual(sockets)
})

test('those of another process are left alone', () => {
  expect(readActivatedSockets({ LISTEN_PID: '41', LISTEN_FDS: '2' }, 42)).toEqual({})
  expect(readActivatedSockets({ LISTEN_FDS: '2' }, 42)).toEqual({})
  expect(readActivatedSockets({}, 42)).toEqual({})
})

test('more than the gate knows what to do with are refused', () => {
  expect(() => passed('3')).toThrow('passed 3 sockets')
})

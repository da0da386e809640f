/** Durations, sizes, paces, addresses: what is read and what is not. */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parseForwardHeader, parseHostName, parseListen, parseNetwork, parseUpstream } from './addresses.ts'
import { parseDuration, parsePace, parseSharedFolder, parseSize } from './scalars.ts'

test.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['45m', 2_700_000],
  ['12h', 43_200_000],
  ['7d', 604_800_000],
])('%s is a duration', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each(['', '10', 10, '1.5h', '-1m', '1h30m', ' 1h', '1H', '1w', '9999999999s', null])(
  '%j is no duration',
  (value) => {
    expect(parseDuration(value)).toBeUndefined()
  },
)

test.each([
  ['500B', 500],
  ['10kB', 10_000],
  ['10KB', 10_000],
  ['200MB', 200_000_000],
  ['4 GB', 4_000_000_000],
  ['1KiB', 1024],
  ['2MiB', 2_097_152],
  ['1GiB', 1_073_741_824],
])('%s is a size', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})

test.each(['', '10', 10, '10M', '10mb', '1.5GB', '-1MB', '10kiB'])('%j is no size', (value) => {
  expect(parseSize(value)).toBeUndefined()
})

test('a pace is read exactly', () => {
  expect(parsePace('5, then 1 per 10s')).toEqual({ burst: 5, intervalMs: 10_000 })
})

test.each(['5 per 10s', '0, then 1 per 10s', '5, then 1 per 0s', '5, then 2 per 10s', '5,then 1 per 10s', 5])(
  '%j is no pace',
  (value) => {
    expect(parsePace(value)).toBeUndefined()
  },
)

test.each([
  [8484, { host: '127.0.0.1', port: 8484 }],
  ['0', { host: '127.0.0.1', port: 0 }],
  ['LocalHost:80', { host: '127.0.0.1', port: 80 }],
  ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }],
  ['[::1]:80', { host: '::1', port: 80 }],
])('%j is a place to listen at', (value, place) => {
  expect(parseListen(value)).toEqual(place)
})

test.each([
  '',
  ':80',
  '65536',
  '127.0.0.1',
  '127.1:80',
  '0x7f.0.0.1:80',
  '::1:80',
  '[127.0.0.1]:80',
  'a:80',
  '[::1%lo]:80',
  -1,
  1.5,
])('%j is no place to listen at', (value) => {
  expect(parseListen(value)).toBeUndefined()
})

test.each([
  'file:///etc/passwd',
  'http:127.0.0.1',
  'http:///x',
  'http://',
  'http://a@b',
  'http://a?b',
  'http://a#b',
  'http://a\\b',
  'http://a b',
  'ws://a',
  7860,
])('%j is no app', (value) => {
  expect(parseUpstream(value)).toBeUndefined()
})

test.each([
  '*',
  '*.example.org',
  'a:80',
  'http://a',
  'a/b',
  '-a.example',
  'a..b',
  '',
  'a_b',
  'a b',
  '%61',
  `${'a'.repeat(64)}.example`,
])('%j is no host name', (value) => {
  expect(parseHostName(value)).toBeUndefined()
})

test.each([
  '10.0.0.5/8',
  '0.0.0.0/0',
  '::/0',
  '10.0.0.0/33',
  '10.0.0.0/08',
  '10.0.0.0/',
  '10.1/16',
  '::ffff:10.0.0.0/104',
  'fe80::1%eth0',
  '',
  'a',
  '10.0.0.0/8/8',
])('%j is no network', (value) => {
  expect(parseNetwork(value)).toBeUndefined()
})

test.each([
  'Host',
  'Cookie',
  'content-length',
  'Transfer-Encoding',
  'X-Forwarded-User',
  'x_team',
  'X-Gradio-User',
  'Proxy-Authorization',
  'Remote-User',
  'a b',
  '',
  'a:b',
])('%j is no header that clients may set', (value) => {
  expect(parseForwardHeader(value)).toBeUndefined()
})

test('parsers take anything and throw nothing', () => {
  const parsers = [
    parseDuration,
    parseSize,
    parsePace,
    parseListen,
    parseUpstream,
    parseHostName,
    parseNetwork,
    parseForwardHeader,
  ]
  fc.assert(
    fc.property(fc.anything(), (value) => {
      for (const parse of parsers) parse(value)
    }),
  )
})

test('a network that is read is written the same way again', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const network = parseNetwork(address)
      if (network !== undefined) expect(parseNetwork(network)).toBe(network)
    }),
  )
})

describe('a folder for everybody', () => {
  it.each(['/srv/app/reports', '/srv/app/reports/', '/tmp/reports', '/tmp/gradio-reports', '/報告'])(
    'may be %s',
    (folder) => {
      expect(parseSharedFolder(folder)).toBe(folder.replace(/\/$/, ''))
    },
  )

  it.each([
    ...['', '/', '//', 'reports', './reports', '/srv/../etc', '/srv//app', '/srv/./app', '/srv/app//'],
    ...['/tmp', '/tmp/', '/tmp/gradio', '/tmp/gradio/', '/tmp/gradio/ab12', '/srv/a\0b', 7, null],
  ])('is not %j', (folder) => {
    expect(parseSharedFolder(folder)).toBeUndefined()
  })
})

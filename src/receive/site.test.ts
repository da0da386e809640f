import { describe, expect, it } from 'vitest'
import { parseHost } from './site.ts'

describe('the host a browser asked for', () => {
  it.each([
    'localhost',
    'LOCALHOST:8484',
    '127.0.0.1:8484',
    '[::1]:8484',
    '203.0.113.9',
    'app.localhost',
    'gpu.example.org:443',
  ])('%s is ours', (host) => {
    expect(parseHost(host, ['gpu.example.org'])).toBe(host.toLowerCase())
  })

  it.each([
    undefined,
    '',
    'evil.test',
    'evil.test:8484',
    'gpu.example.org.evil.test',
    'a b',
    'a/b',
    'javascript:alert(1)',
    '127.0.0.1:8484:1',
    '@127.0.0.1',
    '127.0.0.1:99999',
    '127.1',
    '0x7f000001',
    '[::1',
    'localhost.evil.test',
    '127.0.0.1, evil.test',
  ])('%j is not', (host) => {
    expect(parseHost(host, ['gpu.example.org'])).toBeUndefined()
  })
})

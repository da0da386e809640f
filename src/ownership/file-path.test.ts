import { posix } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDeepLinkFile, isNormalPath } from './file-path.ts'

describe('a path of the ledger', () => {
  it.each([
    '/a',
    '/tmp/gradio/ab12/image.webp',
    '/tmp/試験 “x”.png',
    '/tmp/..a',
    '/tmp/a..b/.c',
    '/tmp/%2e%2e/a',
    `/${'a'.repeat(4095)}`,
  ])('may be %s', (path) => {
    expect(isNormalPath(path)).toBe(true)
  })

  it.each([
    '',
    '/',
    'a',
    'a/b',
    './a',
    '//a',
    '/a//b',
    '/a/',
    '/a/./b',
    '/a/../b',
    '/..',
    '/.',
    '/a\0b',
    '/a\nb',
    '/\ud800',
    'C:\\a',
    'file:///a',
    'http://a/b',
    `/${'a'.repeat(4096)}`,
  ])('is not %j', (path) => {
    expect(isNormalPath(path)).toBe(false)
  })

  it('is the same to whoever normalises it once more', () => {
    const part = fc.constantFrom('a', '.', '..', '', 'b c', '…', '/')
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const path = `/${parts.join('/')}`
        if (isNormalPath(path)) expect(posix.resolve('/elsewhere', path)).toBe(path)
        else expect(path === '/' || posix.resolve('/', path) !== path).toBe(true)
      }),
    )
  })

  it('tells what a deep link keeps', () => {
    expect(isDeepLinkFile('/tmp/gradio/deep_links/Ab-1/state.json')).toBe(true)
    expect(isDeepLinkFile('/tmp/gradio/Ab-1/state.json')).toBe(false)
    expect(isDeepLinkFile('/tmp/gradio/deep_links/Ab-1/state.json.png')).toBe(false)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePath, parseTarget } from './canonical-path.ts'

const pathOf = (raw: string) => {
  const parsed = parsePath(raw)
  return 'path' in parsed ? parsed.path : parsed.trouble
}

describe('the canonical path', () => {
  it.each([
    ['/', '/'],
    ['/config', '/config'],
    ['/%63onfig', '/config'],
    ['/config/', '/config/'],
    ['/gradio_api/file=/tmp/a%20b.png', '/gradio_api/file=/tmp/a%20b.png'],
    ['/gradio_api/file%3D/tmp/x', '/gradio_api/file=/tmp/x'],
    ['/gradio_api/file=/tmp/%E5%9B%B3.png', '/gradio_api/file=/tmp/%E5%9B%B3.png'],
    ['/gradio_api/file=/tmp/a%23b%3F.txt', '/gradio_api/file=/tmp/a%23b%3F.txt'],
    ['/gradio_api/file=/tmp/[1].png', '/gradio_api/file=/tmp/%5B1%5D.png'],
  ])('%s is %s', (raw, canonical) => {
    expect(pathOf(raw)).toBe(canonical)
  })

  it.each([
    ['', 'not-origin-form'],
    ['config', 'not-origin-form'],
    ['http://host/config', 'not-origin-form'],
    ['*', 'not-origin-form'],
    ['/config%2f', 'separator-encoded'],
    ['/gradio_api%2Ffile=/x', 'separator-encoded'],
    ['/a%5cb', 'separator-encoded'],
    ['/a\\b', 'character'],
    ['/a%00', 'separator-encoded'],
    ['/a%0a', 'character'],
    ['/a#b', 'character'],
    ['/é', 'character'],
    ['/a b', 'character'],
    ['/%2563onfig', 'encoded-twice'],
    ['/%252e%252e/config', 'encoded-twice'],
    ['/%ff', 'encoding'],
    ['/%c0%af', 'encoding'],
    ['/%zz', 'encoding'],
    ['//config', 'segment-empty'],
    ['/config//', 'segment-empty'],
    ['/./config', 'segment-dots'],
    ['/a/../config', 'segment-dots'],
    ['/%2e%2e/config', 'segment-dots'],
    ['/gradio_api/file=../x', 'segment-dots'],
    ['/a/..', 'segment-dots'],
    [`/${'a'.repeat(5000)}`, 'too-long'],
  ])('%s is refused as %s', (raw, trouble) => {
    expect(pathOf(raw)).toBe(trouble)
  })

  it('is a fixed point: what was canonicalised once stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const parsed = parsePath(`/${text}`)
        if ('path' in parsed) expect(pathOf(parsed.path)).toBe(parsed.path)
      }),
      { numRuns: 3000 },
    )
  })

  it('accepts every honest encoding of a plain path, and decodes it to the same text', () => {
    const segment = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((text) => /^[^/\\%\p{C}\p{Zl}\p{Zp}]+$/u.test(text) && !/(^|=)\.{1,2}$/.test(text))
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
        const parsed = parsePath(`/${segments.map(encodeURIComponent).join('/')}`)
        expect('path' in parsed && decodeURIComponent(parsed.path)).toBe(`/${segments.join('/')}`)
      }),
    )
  })

  it('never yields a dot segment, an empty segment, a backslash or a control character', () => {
    const nasty = fc.array(
      fc.constantFrom('/', '.', '..', '%2e', '%2f', '%5c', '%', 'a', '=', '\\', '%00', ';', '%25', '%2525'),
      { maxLength: 14 },
    )
    fc.assert(
      fc.property(nasty, (parts) => {
        const parsed = parsePath(`/${parts.join('')}`)
        if (!('path' in parsed)) return
        const text = decodeURIComponent(parsed.path)
        expect(text).not.toMatch(/\/\/|\\|[\u0000-\u001f]|%[0-9a-f]{2}/i)
        expect(text.split('/').some((one) => one === '.' || one === '..')).toBe(false)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('the request target', () => {
  it('keeps the query as it came', () => {
    expect(parseTarget('/a?x=%2F..&y')).toEqual({ path: '/a', query: 'x=%2F..&y' })
  })

  it('drops a bare question mark', () => {
    expect(parseTarget('/gradio_api/queue/join?')).toEqual({ path: '/gradio_api/queue/join', query: '' })
  })

  it.each(['/a?x#y', '/a?x y', '/a?é', '/a?\u0001'])('%j has no place in a request', (target) => {
    expect(parseTarget(target)).toEqual({ trouble: 'character' })
  })
})

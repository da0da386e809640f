import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHttp2Head } from './http2-head.ts'

const pseudo = [':method', 'GET', ':scheme', 'https', ':authority', 'localhost', ':path', '/a']
const read = (...fields: readonly string[]) => readHttp2Head([...pseudo, ...fields]).read()

describe('the head of an HTTP/2 request', () => {
  it('tells method, target and user agent even when it is refused', () => {
    const head = readHttp2Head([...pseudo, 'user-agent', 'x', 'content-type', 'a', 'content-type', 'b'])
    expect([head.method, head.target, head.userAgent]).toEqual(['GET', '/a', 'x'])
    expect(head.read()).toEqual({ doubtful: 'content-type' })
    expect(readHttp2Head([]).read()).toEqual({ doubtful: ':scheme' })
  })

  it('takes a value for a value, also where it looks like a name', () => {
    expect(readHttp2Head([...pseudo, 'x-a', 'user-agent', 'x-b', 'evil']).userAgent).toBe('')
  })

  it('has its host from the authority, or from Host where there is no authority', () => {
    expect(read()).toEqual({ headers: { host: 'localhost' } })
    expect(read('host', 'LocalHost')).toEqual({ headers: { host: 'localhost' } })
    expect(read('host', 'evil.test')).toEqual({ doubtful: 'host' })
    const without = pseudo.filter((_, at) => at !== 4 && at !== 5)
    expect(readHttp2Head([...without, 'host', 'a']).read()).toEqual({ headers: { host: 'a' } })
    expect(readHttp2Head([...without, 'host', 'a', 'host', 'a']).read()).toEqual({ doubtful: 'host' })
  })

  it('has its cookies joined from their crumbs, and lists by commas', () => {
    expect(read('cookie', 'a=b', 'accept', 'x', 'cookie', 'c=d', 'accept', 'y')).toEqual({
      headers: { host: 'localhost', cookie: 'a=b; c=d', accept: 'x, y' },
    })
  })

  it.each(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'http2-settings'])(
    'says nothing about the connection by %s',
    (name) => {
      expect(read(name, 'x')).toEqual({ doubtful: name })
    },
  )

  it('may offer trailers and wait for 100 Continue, and nothing else of the kind', () => {
    expect(read('te', 'trailers', 'expect', '100-Continue')).toHaveProperty('headers')
    expect(read('te', 'gzip')).toEqual({ doubtful: 'te' })
    expect(read('expect', 'x')).toEqual({ doubtful: 'expect' })
  })

  it('holds a hundred fields and 16 KB', () => {
    const fields = (count: number, value: string) =>
      Array.from({ length: count }, (_, at) => [`x-${String(at)}`, value]).flat()
    expect(read(...fields(100, ''))).toHaveProperty('headers')
    expect(read(...fields(101, ''))).toEqual({ large: 'fields' })
    expect(read('x', 'y'.repeat(16_384 - 33))).toHaveProperty('headers')
    expect(read('x', 'y'.repeat(16_384 - 32))).toEqual({ large: 'bytes' })
  })

  it('keeps every name to itself, also those that objects are born with', () => {
    const name = fc.constantFrom('accept', 'constructor', '__proto__', 'to-string', 'x-a', 'if-match')
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), (pairs) => {
        const got = read(...pairs.flat())
        if (!('headers' in got)) expect.fail('refused')
        const expected = new Map<string, string>([['host', 'localhost']])
        for (const [key, value] of pairs) {
          const before = expected.get(key)
          expected.set(key, before === undefined ? value : `${before}, ${value}`)
        }
        expect(new Map(Object.entries(got.headers))).toEqual(expected)
        expect(got.headers['toString']).toBeUndefined()
      }),
    )
  })
})

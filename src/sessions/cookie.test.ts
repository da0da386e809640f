/** Cookies in and out. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clearCookie, cookieNames, readCookie, setCookie } from './cookie.ts'

const { session, known } = cookieNames('abcd2345')

describe('the names', () => {
  it('carry the __Host- prefix and the instance', () => {
    expect(session).toBe('__Host-sekisho-abcd2345')
    expect(known).toBe('__Host-sekisho-known-abcd2345')
  })

  it.each([
    ['https', 'app.example'],
    ['https', '192.0.2.1:8484'],
    ['http', 'localhost:8484'],
    ['http', 'demo.localhost'],
    ['http', '127.0.0.1:8484'],
    ['http', '127.9.9.9'],
    ['http', '[::1]:8484'],
  ] as const)('are those of %s://%s, where browsers take them', (scheme, host) => {
    expect(cookieNames('abcd2345', { scheme, host })).toEqual({ session, known })
  })

  it.each(['192.0.2.1:8484', 'app.example', '[2001:db8::1]:80', 'localhost.example', '127.0.0.1.example'])(
    'lose the prefix, and the cookies Secure, over plain http at %s',
    (host) => {
      const names = cookieNames('abcd2345', { scheme: 'http', host })
      expect(names).toEqual({ session: 'sekisho-abcd2345', known: 'sekisho-known-abcd2345' })
      expect(setCookie(names.session, 'token')).toBe('sekisho-abcd2345=token; Path=/; HttpOnly; SameSite=Lax')
      expect(clearCookie(names.session)).toBe('sekisho-abcd2345=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0')
      // And never stand for each other.
      expect(readCookie(`${names.session}=a`, session)).toEqual({ kind: 'none' })
      expect(readCookie(`${session}=a`, names.session)).toEqual({ kind: 'none' })
    },
  )
})

describe('cookies for frames of other sites', () => {
  const framed = cookieNames('abcd2345', undefined, true)

  it('have names of their own, which never stand for the others', () => {
    expect(framed).toEqual({
      session: '__Host-sekisho-framed-abcd2345',
      known: '__Host-sekisho-known-framed-abcd2345',
    })
    expect(readCookie(`${framed.session}=a`, session)).toEqual({ kind: 'none' })
    expect(readCookie(`${session}=a; ${framed.session}=b`, framed.session)).toEqual({
      kind: 'one',
      value: 'b',
    })
  })

  it('are sent there, and only where that site is around the frame', () => {
    const attributes = 'Path=/; HttpOnly; Secure; SameSite=None; Partitioned'
    expect(setCookie(framed.session, 'token')).toBe(`${framed.session}=token; ${attributes}`)
    expect(setCookie(framed.known, 'a', 60)).toBe(`${framed.known}=a; ${attributes}; Max-Age=60`)
    expect(clearCookie(framed.session)).toBe(`${framed.session}=; ${attributes}; Max-Age=0`)
  })
})

describe('a Cookie header', () => {
  it('without our cookie holds none', () => {
    expect(readCookie(undefined, session)).toEqual({ kind: 'none' })
    expect(readCookie('', session)).toEqual({ kind: 'none' })
    expect(readCookie('other=1; __Host-sekisho-zzzz2345=x', session)).toEqual({ kind: 'none' })
    expect(readCookie(`${known}=x`, session)).toEqual({ kind: 'none' })
  })

  it('holds ours among those of other programs, whatever these write', () => {
    const header = `a="x, y"; {"json": 1}; =; ${session}=token; b==`
    expect(readCookie(header, session)).toEqual({ kind: 'one', value: 'token' })
  })

  it('with two session cookies is ambiguous, also when both say the same', () => {
    expect(readCookie(`${session}=a; ${session}=b`, session)).toEqual({ kind: 'ambiguous' })
    expect(readCookie(`${session}=a;${session}=a`, session)).toEqual({ kind: 'ambiguous' })
    expect(readCookie(`${session}=a; ${session}=`, session)).toEqual({ kind: 'ambiguous' })
  })

  it('is read without legacy rules: no quotes, no folding of case, no unusual blanks', () => {
    expect(readCookie(`${session}="a"`, session)).toEqual({ kind: 'one', value: '"a"' })
    expect(readCookie(`${session.toLowerCase()}=a`, session)).toEqual({ kind: 'none' })
    expect(readCookie(`\u00a0${session}=a`, session)).toEqual({ kind: 'none' })
    expect(readCookie(`\u2000${session}=a; x=1`, session)).toEqual({ kind: 'none' })
    expect(readCookie(`${session} =a`, session)).toEqual({ kind: 'none' })
    expect(readCookie(`x=1, ${session}=a`, session)).toEqual({ kind: 'none' })
    expect(readCookie(`\t ${session}=a \t`, session)).toEqual({ kind: 'one', value: 'a' })
  })

  it('never gives a value that does not follow our name and an equals sign', () => {
    const part = fc.oneof(
      fc.string(),
      fc.string().map((text) => `${session}=${text}`),
    )
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const header = parts.join('; ')
        const found = readCookie(header, session)
        const times = header
          .split(';')
          .filter((pair) => pair.replace(/^[ \t]+/, '').startsWith(`${session}=`))
        expect(found.kind).toBe(['none', 'one'][times.length] ?? 'ambiguous')
        if (found.kind === 'one') expect(times[0]).toContain(`${session}=${found.value}`)
      }),
    )
  })
})

describe('a Set-Cookie header', () => {
  it('has every attribute that the prefix demands and no domain', () => {
    expect(setCookie(session, 'token')).toBe(`${session}=token; Path=/; HttpOnly; Secure; SameSite=Lax`)
    expect(setCookie(known, 'a.b', 60)).toBe(
      `${known}=a.b; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=60`,
    )
    expect(clearCookie(session)).toBe(`${session}=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0`)
  })

  it('cannot be made with a value that would end it early', () => {
    expect(() => setCookie(session, 'a; Domain=x')).toThrow(TypeError)
    expect(() => setCookie(session, 'a\r\nx: y')).toThrow(TypeError)
  })
})

/** What the app gets to see of a client's headers. The whole list, over real sockets: test/path/what-reaches-the-app. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Headers, Validated } from '../request.ts'
import { makeApiToken } from '../tokens/token.ts'
import { keepCookies, makeRequestHeaders } from './request-headers.ts'

const show = (headers: Headers, extra: readonly string[] = [], answer = 'data') =>
  makeRequestHeaders(
    {
      headers,
      site: { scheme: 'https', host: 'gate.test' },
      client: '192.0.2.1',
      entry: { answer },
      outgoing: { content: { kind: 'none' } },
    } as unknown as Validated,
    { extra, assertion: undefined },
  )

describe('a token', () => {
  const text = makeApiToken().reveal()

  it('never reaches the app, whatever field a client puts it into', () => {
    const fields = [
      'authorization',
      'x-hf-authorization',
      'proxy-authorization',
      'x-api-key',
      'x-team',
      'referer',
      'accept-encoding',
    ]
    const names = fc.constantFrom(...fields, 'user-agent', 'accept', 'accept-language', 'origin')
    const value = fc.constantFrom(text, `Bearer ${text}`, `https://gate.test/?t=${encodeURIComponent(text)}`)
    const extra = ['x-team', 'x-api-key', 'x-hf-authorization']
    fc.assert(
      fc.property(fc.dictionary(names, value), fc.constantFrom('data', 'asset'), (headers, answer) => {
        expect(JSON.stringify(show(headers, extra, answer))).not.toContain(text)
      }),
    )
  })

  it('takes no other field with it', () => {
    const shown = show({ 'user-agent': `ci/${text}`, accept: '*/*', 'x-team': 'blue' }, ['x-team'])
    expect(shown).toMatchObject({ accept: '*/*', 'x-team': 'blue' })
    expect(shown).not.toHaveProperty('user-agent')
  })
})

describe('an assertion', () => {
  it('is the gate’s own, whatever a client sends and whatever is let through', () => {
    const mine = { 'x-sekisho-assertion': 'mine', 'x-team': 'blue' }
    expect(show(mine, ['x-sekisho-assertion', 'x-team'])).not.toHaveProperty('x-sekisho-assertion')
    const request = { headers: mine, site: {}, entry: {}, outgoing: { content: { kind: 'none' } } }
    const additions = { extra: ['x-sekisho-assertion'], assertion: 'signed' }
    expect(makeRequestHeaders(request as unknown as Validated, additions)).toMatchObject({
      'x-sekisho-assertion': 'signed',
    })
  })
})

describe('cookies', () => {
  it('of the app pass, those of a login do not', () => {
    expect(keepCookies('theme=dark; __Host-sekisho-abc=1; session=x; access-token-1=y; lang=ja')).toBe(
      'theme=dark; lang=ja',
    )
    expect(keepCookies(undefined)).toBe('')
  })
})

describe('a range', () => {
  it.each(['bytes=0-', 'bytes=0-0', 'bytes=100-200', 'bytes=-500', 'Bytes=0-1'])('%s goes on', (range) => {
    expect(show({ range })).toMatchObject({ range })
  })

  it.each([
    'bytes=0-1,2-3',
    'bytes=0-,0-',
    `bytes=${'0-,'.repeat(1_000)}0-`,
    'bytes=',
    'bytes=-',
    'lines=1-2',
    'bytes=1-2 ',
    `bytes=${'9'.repeat(500)}-`,
  ])('%s is left out, so that all of it is answered', (range) => {
    expect(show({ range })).not.toHaveProperty('range')
    expect(show({ range }, ['range'])).not.toHaveProperty('range')
  })
})

/** What a site that the operator names may show in a frame, and how that is said to the browser. */
import { describe, expect, it } from 'vitest'
import { catalogue } from '../catalog/index.ts'
import { isFrameable, isFrameableBelow } from '../catalog/frameable.ts'
import { refuse } from '../refusals.ts'
import type { Answer, Authenticated, Headers } from '../request.ts'
import { findForeign } from './check-site.ts'
import { letFrame } from './let-frame.ts'
import { requestFor } from './requests.contract.ts'

const embed = ['https://portal.example', 'https://other.example:8443']

function answerOf(id: string, policy: string | undefined, sites: readonly string[] = embed) {
  const said = policy === undefined ? {} : { 'content-security-policy': policy }
  const headers = { ...said, 'x-frame-options': 'DENY', etag: '"x"' }
  const answer: Answer = { kind: 'answer', status: 200, headers, body: { kind: 'empty' } }
  const outcome = letFrame(requestFor(id), answer, { embed: sites })
  return outcome.kind === 'answer' ? outcome.headers : undefined
}

describe('a page of the app', () => {
  it('may be framed by these sites and by itself, and keeps the rest of its policy', () => {
    expect(answerOf('page.main', "base-uri 'self'; frame-ancestors 'self'; object-src 'none'")).toEqual({
      'content-security-policy':
        "base-uri 'self'; frame-ancestors 'self' https://portal.example https://other.example:8443; object-src 'none'",
      etag: '"x"',
    })
  })
})

describe('what pages of the app show in frames', () => {
  it.each([
    ['file.read', "sandbox; frame-ancestors 'self'", "sandbox; frame-ancestors 'self'"],
    ['asset.static', undefined, "frame-ancestors 'self'"],
  ])('may stand below these sites, and keeps the rest of its policy: %s', (id, policy, begin) => {
    expect(answerOf(id, policy)).toEqual({
      'content-security-policy': `${begin} https://portal.example https://other.example:8443`,
      etag: '"x"',
    })
  })
})

describe('the page to sign in at', () => {
  it('may be framed by these sites alone', () => {
    expect(answerOf('gate.login.page', "default-src 'none'; frame-ancestors 'none'")).toEqual({
      'content-security-policy':
        "default-src 'none'; frame-ancestors https://portal.example https://other.example:8443",
      etag: '"x"',
    })
  })
})

describe('a refusal of such a page', () => {
  it('is read where the page would have been', () => {
    const refusal = refuse('policy-denied')
    expect(letFrame(requestFor('page.main'), refusal, { embed })).toEqual({ ...refusal, framers: embed })
  })
})

describe('everything else', () => {
  it.each([
    'gate.account.page',
    'gate.join.page',
    'gate.confirm.page',
    'gate.asset',
    'config.read',
    'gate.session',
  ])('stays as it is: %s', (id) => {
    expect(answerOf(id, "frame-ancestors 'none'")).toMatchObject({
      'content-security-policy': "frame-ancestors 'none'",
      'x-frame-options': 'DENY',
    })
  })

  it('does so where nobody is named', () => {
    const policy = "frame-ancestors 'self'"
    expect(answerOf('page.main', policy, [])).toMatchObject({ 'content-security-policy': policy })
    const refusal = refuse('policy-denied')
    expect(letFrame(requestFor('page.main'), refusal, { embed: [] })).toBe(refusal)
    expect(letFrame(requestFor('gate.account.page'), refusal, { embed })).toBe(refusal)
  })

  it.each([
    [isFrameable, ['document']],
    [isFrameableBelow, ['document', 'file', 'asset']],
  ])('is all but what the app shows and one page of the gate', (may, answers) => {
    const framed = catalogue.filter((entry) => may(entry))
    expect(framed.filter(({ goesTo }) => goesTo !== 'upstream').map(({ id }) => id)).toEqual([
      'gate.login.page',
    ])
    expect(new Set(framed.map(({ answer }) => answer))).toEqual(new Set(answers))
  })
})

describe('a request for a frame', () => {
  const frame = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }
  const ask = (id: string, headers: Headers, more: Partial<Authenticated> = {}, sites = embed) =>
    findForeign(requestFor(id, { headers, ...more }), sites)

  it.each(['page.main', 'gate.login.page'])('for %s passes where sites are named, and nowhere else', (id) => {
    expect(ask(id, frame)).toBeUndefined()
    expect(ask(id, { ...frame, 'sec-fetch-site': 'same-site' })).toBeUndefined()
    expect(ask(id, { ...frame, referer: 'https://portal.example/' })).toBeUndefined()
    expect(ask(id, frame, {}, [])).toBe('fetch-site')
  })

  it.each<[string, string, Headers, Partial<Authenticated>]>([
    ['from a page that is named nowhere', 'page.main', { ...frame, referer: 'https://evil.example/' }, {}],
    ['from who knows where', 'page.main', { ...frame, referer: 'about:blank' }, {}],
    ['for a page of the gate where a password is changed', 'gate.account.page', frame, {}],
    ['for a page where a call is confirmed', 'gate.confirm.page', frame, {}],
    ['for a file', 'file.read', frame, {}],
    ['for data', 'config.read', frame, {}],
    ['by a form', 'page.main', frame, { method: 'POST' }],
    ['by its head', 'page.main', frame, { method: 'HEAD' }],
    ['by an object', 'page.main', { ...frame, 'sec-fetch-dest': 'object' }, {}],
    ['by a script', 'page.main', { ...frame, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }, {}],
    ['in advance', 'page.main', { ...frame, 'sec-purpose': 'prefetch' }, {}],
  ])('is refused %s', (_, id, headers, more) => {
    expect(ask(id, headers, more)).toBe('fetch-site')
  })

  it('with an origin is a form or a script, whoever is named', () => {
    expect(ask('page.main', { ...frame, origin: 'https://portal.example' })).toBe('origin')
  })
})

/** What other sites may make a browser do: follow a link, and nothing else. */
import { describe, expect, it } from 'vitest'
import type { Authenticated, Headers } from '../request.ts'
import { findForeign, refuseForeigner } from './check-site.ts'
import { guest, nobody, requestFor } from './requests.contract.ts'

const ask = (id: string, headers: Headers, more: Partial<Authenticated> = {}) =>
  findForeign(requestFor(id, { headers, ...more }))

const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

describe('whoever signed in', () => {
  const asked = (id: string, more: Partial<Authenticated> = {}) => {
    const headers = { origin: 'https://evil.test' }
    return refuseForeigner(requestFor(id, { headers, principal: guest, ...more }), { embed: [] })
  }

  it('is refused what another site made the browser send, with what of it showed that', () => {
    expect(asked('queue.join')).toMatchObject({ code: 'origin-foreign', because: { field: 'origin' } })
    const headers = { 'sec-fetch-site': 'cross-site' }
    expect(asked('queue.join', { headers })?.because).toEqual({ field: 'fetch-site' })
    expect(asked('queue.join', { headers: {} })).toBeUndefined()
  })

  it('is not told so of what nobody gets, nor is a stranger', () => {
    const closed = { ...requestFor('queue.join').entry, goesTo: 'nowhere' as const }
    expect(asked('queue.join', { entry: closed })).toBeUndefined()
    expect(asked('queue.join', { principal: nobody })).toBeUndefined()
  })
})

describe('an origin', () => {
  it('is this site, by scheme, name and port, or foreign', () => {
    expect(ask('queue.join', { origin: 'https://gate.test' })).toBeUndefined()
    for (const origin of ['http://gate.test', 'https://gate.test:8443', 'https://gate.test.evil', 'null', ''])
      expect(ask('queue.join', { origin }), origin).toBe('origin')
  })

  it('is judged whatever the fetch metadata says, on reads too', () => {
    const origin = 'https://evil.test'
    expect(ask('queue.join', { origin, 'sec-fetch-site': 'same-origin' })).toBe('origin')
    expect(ask('config.read', { origin })).toBe('origin')
    expect(ask('page.main', { origin, ...link })).toBe('origin')
  })
})

describe('fetch metadata', () => {
  it.each(['same-origin', undefined])('lets pass what comes from %s', (from) => {
    const headers = from === undefined ? {} : { 'sec-fetch-site': from }
    expect(ask('queue.join', headers)).toBeUndefined()
    expect(ask('config.read', headers)).toBeUndefined()
  })

  it('lets a person type an address, which only ever reads', () => {
    const typed = { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    expect(ask('config.read', typed)).toBeUndefined()
    expect(ask('config.read', typed, { method: 'HEAD' })).toBeUndefined()
    for (const purpose of ['prefetch', 'prefetch;prerender'])
      expect(ask('page.main', { ...typed, 'sec-purpose': purpose })).toBe('fetch-site')
    expect(
      ask('page.main', { ...typed, 'sec-fetch-site': 'same-origin', 'sec-purpose': 'prefetch' }),
    ).toBeUndefined()
    for (const id of ['queue.join', 'gate.logout', 'gate.login.start', 'file.upload'])
      expect(ask(id, typed), id).toBe('fetch-site')
  })

  it.each(['cross-site', 'same-site', 'made-up', ''])('stops reads and calls from %j', (from) => {
    expect(ask('queue.join', { 'sec-fetch-site': from })).toBe('fetch-site')
    expect(ask('config.read', { 'sec-fetch-site': from })).toBe('fetch-site')
  })

  it.each(['page.main', 'file.read', 'gate.login.page'])('lets a link to %s pass', (id) => {
    expect(ask(id, link)).toBeUndefined()
    expect(ask(id, link, { method: 'HEAD' })).toBeUndefined()
    // Browsers that know modes only.
    const { 'sec-fetch-dest': _, ...older } = link
    expect(ask(id, older)).toBeUndefined()
  })

  it.each<[string, string, Headers, Partial<Authenticated>]>([
    ['a frame', 'page.main', { ...link, 'sec-fetch-dest': 'iframe' }, {}],
    ['an object', 'page.main', { ...link, 'sec-fetch-dest': 'object' }, {}],
    ['an embedded file', 'file.read', { ...link, 'sec-fetch-dest': 'embed' }, {}],
    ['a page fetched in advance', 'page.main', { ...link, 'sec-purpose': 'prefetch' }, {}],
    ['a page drawn in advance', 'page.main', { ...link, 'sec-purpose': 'prefetch;prerender' }, {}],
    ['a picture', 'file.read', { ...link, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }, {}],
    ['a script that says it is a document', 'page.main', { ...link, 'sec-fetch-mode': 'cors' }, {}],
    ['a link to data', 'config.read', link, {}],
    ['a link to a stream', 'queue.data', link, {}],
    ['a form', 'page.main', link, { method: 'POST' }],
  ])('lets %s not pass', (_, id, headers, more) => {
    expect(ask(id, headers, more)).toBe('fetch-site')
  })
})

describe('what a request is for', () => {
  const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'no-cors' }

  it.each(['script', 'style', 'image', 'worker', 'iframe', 'made-up', ''])(
    'is not %j where the answer is data, this origin’s own pages included',
    (as) => {
      for (const id of ['config.read', 'queue.data', 'gate.session'])
        expect(ask(id, { ...own, 'sec-fetch-dest': as }), id).toBe('fetch-dest')
    },
  )

  it.each(['script', 'style', 'image', 'worker'])('is not %j where the answer is a page', (as) => {
    expect(ask('page.main', { ...own, 'sec-fetch-dest': as })).toBe('fetch-dest')
  })

  it.each<[string, string]>([
    ['config.read', 'empty'],
    ['config.read', 'document'],
    ['queue.data', 'empty'],
    ['queue.join', 'empty'],
    ['page.main', 'document'],
    ['page.main', 'iframe'],
    ['page.main', 'empty'],
    ['file.read', 'image'],
    ['file.read', 'script'],
    ['file.read', 'object'],
    ['media.segment', 'video'],
    ['asset.assets', 'worker'],
    ['asset.theme', 'style'],
  ])('of %s may be %s', (id, as) => {
    expect(ask(id, { ...own, 'sec-fetch-dest': as })).toBeUndefined()
  })

  it.each(['file.read', 'asset.assets', 'asset.manifest', 'gate.asset', 'page.main', 'gate.health'])(
    'is never a service worker: %s',
    (id) => {
      expect(ask(id, { ...own, 'sec-fetch-dest': 'serviceworker' })).toBe('service-worker')
      expect(ask(id, { 'service-worker': 'script' })).toBe('service-worker')
    },
  )
})

describe('a browser that sends neither origin nor metadata', () => {
  it.each<[string, string]>([
    ['config.read', 'http://other.gate.test/'],
    ['queue.join', 'https://other.gate.test/x'],
    ['queue.join', 'https://gate.test:8443/'],
    ['queue.data', 'https://gate.test@evil.test/'],
    ['config.read', 'about:blank'],
    ['config.read', ''],
  ])('is judged by the page that it names: %s from %j', (id, referer) => {
    expect(ask(id, { referer })).toBe('referer')
  })

  it('comes from this site, follows a link, or names none', () => {
    expect(ask('queue.join', { referer: 'https://gate.test/second?x=1' })).toBeUndefined()
    expect(ask('page.main', { referer: 'https://wiki.test/' })).toBeUndefined()
    expect(ask('file.read', { referer: 'https://wiki.test/' })).toBeUndefined()
    expect(ask('queue.join', {})).toBeUndefined()
  })

  it('is judged by nothing weaker than what it does send', () => {
    const referer = 'https://wiki.test/'
    expect(ask('queue.join', { referer, origin: 'https://gate.test' })).toBeUndefined()
    expect(ask('config.read', { referer: 'https://gate.test/', 'sec-fetch-site': 'cross-site' })).toBe(
      'fetch-site',
    )
  })
})

describe('what anybody may load from anywhere', () => {
  const elsewhere = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }

  it.each(['asset.favicon', 'gate.health'])('is %s', (id) => {
    expect(ask(id, elsewhere)).toBeUndefined()
    expect(ask(id, elsewhere, { method: 'HEAD' })).toBeUndefined()
  })

  it('is read only', () => {
    expect(ask('asset.favicon', elsewhere, { method: 'POST' })).toBe('origin')
    expect(ask('asset.favicon', { 'sec-fetch-site': 'cross-site' }, { method: 'POST' })).toBe('fetch-site')
  })

  it('is nothing else', () => {
    expect(ask('asset.theme', elsewhere)).toBe('origin')
    expect(ask('gate.login.page', elsewhere)).toBe('origin')
  })
})

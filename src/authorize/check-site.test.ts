/** What other sites may make a browser do: follow a link, and nothing else. */
import { describe, expect, it } from 'vitest'
import type { Authenticated, Headers } from '../request.ts'
import { findForeign } from './check-site.ts'
import { requestFor } from './requests.contract.ts'

const ask = (id: string, headers: Headers, more: Partial<Authenticated> = {}) =>
  findForeign(requestFor(id, { headers, ...more }))

const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

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
  it.each(['same-origin', 'none', undefined])('lets pass what comes from %s', (from) => {
    const headers = from === undefined ? {} : { 'sec-fetch-site': from }
    expect(ask('queue.join', headers)).toBeUndefined()
    expect(ask('config.read', headers)).toBeUndefined()
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
    ['a picture', 'file.read', { ...link, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }, {}],
    ['a script that says it is a document', 'page.main', { ...link, 'sec-fetch-mode': 'cors' }, {}],
    ['a link to data', 'config.read', link, {}],
    ['a link to a stream', 'queue.data', link, {}],
    ['a form', 'page.main', link, { method: 'POST' }],
  ])('lets %s not pass', (_, id, headers, more) => {
    expect(ask(id, headers, more)).toBe('fetch-site')
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

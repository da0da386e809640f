/**
 * What a copied cookie opens: every row that nobody has to sign. A new one that reads is put here with its reason, or says
 * `proof: 'required'`; those that change something are counted out at the end.
 */
import { describe, expect, it } from 'vitest'
import { toBase } from '../../src/catalog/gate/own.ts'
import { declaredPage } from '../../src/catalog/gradio/pages.ts'
import { catalogue, catalogueOfFour } from '../../src/catalog/index.ts'

const byBrowser = 'the browser itself asks for it, and signs nothing'
const byBrowserUnlessStrict = `${byBrowser}; closed by proof: { files: required }`
const static_ = `${byBrowser}; the same for everybody`
const likeThePage = 'what the document says as well, which goes unsigned'
const ofTheApp = 'describes the app, and tells nothing of a session'
const nobodys = 'of nobody’s session'

const unsigned: Readonly<Record<string, string>> = {
  // Documents.
  'page.main': byBrowser,
  'page.runs': byBrowser,
  'page.declared': byBrowser,
  'gate.base': byBrowser,
  'gate.login.page': byBrowser,
  'gate.join.page': byBrowser,
  'gate.account.page': byBrowser,
  'gate.confirm.page': byBrowser,
  'gate.enter.page': byBrowser,
  'gate.away.page': byBrowser,
  // Files and media.
  'file.read': byBrowserUnlessStrict,
  'media.playlist': byBrowserUnlessStrict,
  'media.whole': byBrowserUnlessStrict,
  'media.segment': byBrowserUnlessStrict,
  'media.stream': byBrowserUnlessStrict,
  // What is shipped with Gradio, with the gate, or with a component.
  'asset.static': static_,
  'asset.assets': static_,
  'asset.svelte': static_,
  'asset.theme': static_,
  'asset.theme.api': static_,
  'asset.component': static_,
  'asset.component.four': static_,
  'asset.icon.sized': static_,
  'asset.icon': static_,
  'asset.favicon': static_,
  'asset.manifest': static_,
  'asset.robots': static_,
  'gate.asset': static_,
  // The app.
  'config.read': likeThePage,
  'schema.info': ofTheApp,
  'schema.openapi': ofTheApp,
  'mcp.schema': ofTheApp,
  'app.id': ofTheApp,
  'queue.status': `how long the queue is, ${nobodys}`,
  'identity.user': 'the name of whoever asks',
  'identity.check': 'whether somebody is signed in',
  'mcp.listen': 'the gate’s own answer: there is no such stream',
  'mcp.listen.bare': 'the gate’s own answer: there is no such stream',
  'mcp.listen.http': 'the gate’s own answer: there is no such stream',
  // The gate.
  'gate.challenge': 'what the first signature answers; of no use without the key',
  'gate.session': 'whose session it is and for how long, for a page that lost its key as well',
  'gate.password.rules': 'the same for everybody',
  'gate.enter.where': 'asked before there is a key',
  'gate.health': nobodys,
  'gate.jwks': 'public keys',
}

const all = [...catalogue, ...catalogueOfFour, declaredPage, toBase].filter(
  ({ goesTo }) => goesTo !== 'nowhere',
)
const isRead = (method: string) => method === 'GET' || method === 'HEAD'
const rows = all.filter(({ methods }) => methods.some(isRead))

describe('of the routes that read', () => {
  it('those that nobody has to sign are these, each for a reason', () => {
    const found = rows.flatMap(({ id, proof }) => (proof === 'observed' ? [id] : []))
    expect([...new Set(found)].sort()).toEqual(Object.keys(unsigned).sort())
  })

  it('none that names a session, an event or an upload is among them, but for media', () => {
    const named = rows.filter(({ names }) =>
      names.some(({ object }) => object === 'session' || object === 'event' || object === 'upload'),
    )
    expect(named.length).toBeGreaterThan(0)
    for (const { id, proof, answer } of named)
      expect([id, proof]).toEqual([id, answer === 'media' ? 'observed' : 'required'])
  })

  it('no stream is among them', () => {
    const streams = rows.filter(({ stream }) => stream)
    expect(streams.length).toBeGreaterThan(0)
    for (const { id, proof } of streams) expect([id, proof]).toEqual([id, 'required'])
  })
})

describe('of the routes that change something', () => {
  it('those that nobody has to sign are the ceremonies of a password, and signing out', () => {
    const found = all
      .filter(({ methods, proof }) => proof === 'observed' && !methods.every(isRead))
      .map(({ id }) => id)
    expect([...new Set(found)].sort()).toEqual([
      ...['gate.away.finish', 'gate.away.look', 'gate.away.start', 'gate.enter.finish'],
      ...['gate.join.finish', 'gate.join.look', 'gate.join.start'],
      ...['gate.login.finish', 'gate.login.start', 'gate.logout'],
    ])
  })
})

import { beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../kit/json.ts'
import { aliceOwner, bob, bobOwner, Desk, fileData, model, type Asking } from './asking.contract.ts'

const api = '/gradio_api'
let desk: Desk

beforeEach(() => {
  desk = new Desk()
})

const outgoing = async (asking: Asking) => {
  const found = await desk.find(asking)
  return typeof found === 'string'
    ? found
    : found.outgoing.path + (found.outgoing.query === '' ? '' : `?${found.outgoing.query}`)
}

describe('a session in an address', () => {
  const ways: readonly [string, (hash: string) => string][] = [
    ['the stream', (hash) => `${api}/queue/data?session_hash=${hash}`],
    ['the heartbeat', (hash) => `${api}/heartbeat/${hash}`],
    ['a deep link to it', (hash) => `${api}/deep_link?session_hash=${hash}`],
    ['a playlist', (hash) => `${api}/stream/${hash}/1/2/playlist.m3u8`],
    ['a recording', (hash) => `${api}/stream/${hash}/1/2/playlist-file`],
    ['a piece of it', (hash) => `${api}/stream/${hash}/1/2/a1.ts`],
  ]

  it.each(ways)('goes on in the form that only its owner can make: %s', async (_way, target) => {
    const own = desk.upstream(aliceOwner, 'abc')
    expect(await outgoing({ target: target('abc') })).toBe(target(own))
    expect(await outgoing({ target: target(own) })).toBe(target(own))
    expect(await outgoing({ target: target('abc'), as: bob })).toBe(target(desk.upstream(bobOwner, 'abc')))
  })

  it.each(ways)('is not there in somebody else’s form, or in none: %s', async (_way, target) => {
    const foreign = desk.upstream(bobOwner, 'abc')
    for (const hash of [foreign, foreign.slice(0, -1), `${foreign}x`, 'a%20b', 'a.b', 'x'.repeat(65)]) {
      expect(await outgoing({ target: target(hash) })).toBe('object-unknown')
    }
  })

  it('must be there', async () => {
    expect(await outgoing({ target: `${api}/queue/data` })).toBe('object-unknown')
    expect(await outgoing({ target: `${api}/queue/data?session_hash=` })).toBe('object-unknown')
  })
})

describe('a file by its path', () => {
  const at = (path: string) => ({ target: `${api}/file=${path}` })

  it('is judged by whose it is', async () => {
    await desk.ledger.noteFiles(aliceOwner, ['/tmp/a b.png'])
    const resource = async (asking: Asking) => {
      const found = await desk.find(asking)
      return typeof found === 'string' ? found : found.target.resource
    }
    expect(await resource(at('/tmp/a%20b.png'))).toEqual({ kind: 'file', standing: 'own', ownerRoles: [] })
    expect(await resource({ ...at('/tmp/a%20b.png'), as: bob })).toEqual({
      ...{ kind: 'file', standing: 'others' },
      ownerRoles: [`role-of-${aliceOwner}`],
    })
    expect(await resource(at('/app/logo.png'))).toMatchObject({ standing: 'shared' })
  })

  it.each([
    '/etc/passwd',
    'relative.png',
    '/tmp/',
    '',
    'C:/x',
    '/tmp/deep_links/a/state.json',
    'http:evil.test',
  ])('is not there: %j', async (path) => {
    expect(await desk.find(at(path))).toBe('object-unknown')
  })
})

describe('an upload', () => {
  const body = { form: { fields: {}, files: [] } }
  const upload = (query: string, as?: typeof bob) => ({
    ...{ target: `${api}/upload${query}`, ...body, ...(as && { as }) },
  })
  const watch = (id: string, as?: typeof bob) => ({
    ...{ target: `${api}/upload_progress?upload_id=${id}`, ...(as && { as }) },
  })

  it('belongs to who names it first, whether they watch it or send it', async () => {
    expect(await outgoing(watch('one'))).toBe(`${api}/upload_progress?upload_id=one`)
    expect(await outgoing(upload('?upload_id=one&other=1'))).toBe(`${api}/upload?upload_id=one&other=1`)
    expect(await outgoing(watch('one', bob))).toBe('object-unknown')
    expect(await outgoing(upload('?upload_id=two', bob))).toBe(`${api}/upload?upload_id=two`)
    expect(await outgoing(upload('?upload_id=two'))).toBe('object-unknown')
  })

  it('needs no name, and takes no odd one', async () => {
    expect(await outgoing(upload(''))).toBe(`${api}/upload`)
    expect(await outgoing(upload('?upload_id='))).toBe(`${api}/upload`)
    expect(await outgoing(watch(''))).toBe('object-unknown')
    expect(await outgoing(upload('?upload_id=a/b'))).toBe('object-unknown')
  })
})

describe('a page', () => {
  const resource = async (target: string) => {
    const found = await desk.find({ target })
    return typeof found === 'string' ? found : found.target.resource
  }

  it.each([
    ['/', { kind: 'page', path: '' }],
    ['/?page=second', { kind: 'page', path: 'second' }],
    ['/?page=third', 'object-unknown'],
    ['/?pag%65=second', { kind: 'page', path: 'second' }],
    ['/second', { kind: 'page', path: 'second' }],
    ['/second/', { kind: 'page', path: 'second' }],
    [`${api}/runs`, { kind: 'page', path: '' }],
    ['/config', { kind: 'app' }],
    ['/config?page=second', { kind: 'page', path: 'second' }],
    ['/config?page=third', { kind: 'app' }],
    [`${api}/info?page=second`, { kind: 'app' }],
  ])('is what %s shows', async (target, expected) => {
    expect(await resource(target)).toEqual(expected)
  })

  it.each(['/', '/second', '/config'])('opens the deep links of the asker alone: %s', async (path) => {
    await desk.ledger.noteDeepLink(aliceOwner, 'link')
    const target = `${path}?x=a%20b&deep_link=link`
    expect(await outgoing({ target })).toBe(`${path}?x=a+b&deep_link=link`)
    expect(await outgoing({ target, as: bob })).toBe('object-unknown')
    expect(await outgoing({ target: `${path}?deep_link=..` })).toBe('object-unknown')
    expect(await outgoing({ target: `${path}?deep_link=&x=1` })).toBe(`${path}?x=1`)
  })
})

describe('a component’s function', () => {
  const ls = { component_id: 5, fn_name: 'ls', session_hash: 'abc', data: ['a'] }
  const call = (more: Record<string, Json> = {}) => ({
    target: `${api}/component_server/`,
    body: { ...ls, ...more },
  })
  const form = (fields: Record<string, string>) => ({
    target: `${api}/component_server`,
    form: { fields: { component_id: '5', fn_name: 'ls', session_hash: 'abc', ...fields }, files: [] },
  })

  it('is found by component and name', async () => {
    expect(await desk.ask(call({ extra: 1 }))).toMatchObject({
      target: { resource: { kind: 'component', type: 'fileexplorer', name: 'shelf', function: 'ls' } },
      outgoing: {
        path: `${api}/component_server`,
        content: { kind: 'json', value: { ...ls, session_hash: desk.upstream(aliceOwner, 'abc') } },
      },
    })
    expect(await desk.ask(form({ more: 'x' }))).toMatchObject({
      target: { resource: { kind: 'component', function: 'ls' } },
      outgoing: {
        content: { kind: 'form', fields: { more: 'x', session_hash: desk.upstream(aliceOwner, 'abc') } },
      },
    })
  })

  it('of a rendered component is there in its session alone', async () => {
    const rendered = (session_hash: string) => desk.find(call({ component_id: 31, session_hash }))
    expect(await rendered('alice-1')).toMatchObject({ target: { resource: { type: 'fileexplorer' } } })
    expect(await rendered('alice-2')).toBe('endpoint-unknown')
  })

  it.each<[string, Asking, string]>([
    ['nobody declared', call({ fn_name: 'preprocess' }), 'endpoint-unknown'],
    ['every object has', call({ fn_name: 'constructor' }), 'endpoint-unknown'],
    ['of no component', call({ component_id: 99 }), 'endpoint-unknown'],
    ['of a component without any', call({ component_id: 1 }), 'endpoint-unknown'],
    ['by a number in words', call({ component_id: '5' }), 'body-invalid'],
    ['by an odd number', form({ component_id: '05' }), 'body-invalid'],
    ['in no session', call({ session_hash: null }), 'body-invalid'],
    ['in somebody’s session', call({ session_hash: `abc.${'A'.repeat(22)}` }), 'object-unknown'],
    ['with an address', call({ data: fileData('http://evil.test/') }), 'object-unknown'],
    ['with a path from another folder', call({ data: { path: '../t/x' } }), 'object-unknown'],
  ])('is not one %s', async (_what, asking, code) => {
    expect(await desk.find(asking)).toBe(code)
  })

  it('names files like a call does', async () => {
    const found = await desk.ask(call({ data: [{ path: '/t/x' }] }))
    expect(found).toMatchObject({ target: { files: [{ path: '/t/x', standing: 'unknown' }] } })
  })
})

describe('everything else', () => {
  it.each([`${api}/app_id`, '/assets/x.js', `${api}/queue/status`])(
    'is of the app as a whole: %s',
    async (target) => {
      expect(await desk.ask({ target })).toMatchObject({
        target: { resource: { kind: 'app' }, files: [], model },
        outgoing: { path: target },
      })
    },
  )

  it('names nothing to a stranger', async () => {
    const as = { kind: 'nobody' } as const
    expect(await desk.find({ target: '/favicon.ico', as })).toMatchObject({
      target: { resource: { kind: 'app' } },
    })
    expect(await desk.find({ target: '/config', as })).toBe('login-required')
  })

  it('waits for the first look at the app', async () => {
    const blind = new Desk()
    Object.assign(blind, { model: undefined, next: undefined })
    expect(await blind.find({ target: '/config' })).toBe('upstream-down')
  })
})

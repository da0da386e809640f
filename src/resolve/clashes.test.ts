/** Numbers and names that could be two things: what the app would take can't be told, so nothing is taken. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../kit/json.ts'
import { component, renderConfig } from '../app/sample-app.contract.ts'
import { aliceOwner, Desk, fileData, model, type Asking } from './asking.contract.ts'

const api = '/gradio_api'
let desk: Desk
beforeEach(() => {
  desk = new Desk()
})

const post = (path: string, body: Json): Asking => ({ target: api + path, body })
const call = (value: Json, more: JsonObject = {}) =>
  post('/queue/join', { data: [value, null], fn_index: 2, session_hash: 'abc', ...more })

describe('a number that was rendered and is declared', () => {
  beforeEach(() => {
    const components = [component(5, 'fileexplorer', { server_fns: ['ls'] }), component(1, 'textbox')]
    const functions = [{ id: 1, api_name: 'lambda', inputs: [1], outputs: [1] }]
    desk.rendered.learn(desk.upstream(aliceOwner, 'abc'), renderConfig(0, components, functions), model)
  })

  it('is no function in that session, and the declared one in others', async () => {
    const join = (session_hash: string) => post('/queue/join', { data: ['x'], fn_index: 1, session_hash })
    expect(await desk.find(join('abc'))).toBe('endpoint-unknown')
    expect(await desk.find(join('abd'))).toMatchObject({ target: { call: { endpoint: { id: 1 } } } })
  })

  it('is no component in that session, and the declared one in others', async () => {
    const ls = (session_hash: string) =>
      post('/component_server', { component_id: 5, fn_name: 'ls', data: [], session_hash })
    expect(await desk.find(ls('abc'))).toBe('endpoint-unknown')
    expect(await desk.find(ls('abd'))).toMatchObject({ target: { component: { id: 5 } } })
  })
})

describe('the path of streamed media', () => {
  it('is that of a playlist of one’s own session, and no other', async () => {
    const own = desk.upstream(aliceOwner, 'abc')
    const stream = (path: string) => desk.find(call(fileData(path, { is_stream: true })))
    expect(await stream(`${own}/1/2/playlist.m3u8`)).toMatchObject({ target: { files: [] } })
    for (const path of [
      ...[own, `${own}/1/2`, `${own}/1/2/3/playlist.m3u8`, `abc/1/2/playlist.m3u8`],
      ...[`${own}/1/../x`, `${own}/../2/x`, `${own}/1/2/`, `${own}//2/x`, `${own}/1/2/a b`, `${own}/1/2/a?`],
      ...[`${own}/1/2/ a`, `${own}/1/2/a.`],
    ])
      expect(await stream(path), path).toBe('object-unknown')
  })
})

describe('a link in a file’s place', () => {
  const link = 'https://cdn.test/x.png'

  it('is one that the app shows to everybody, or that the operator allows', async () => {
    expect(await desk.find(call(fileData(link)))).toBe('object-unknown')
    desk.model = { ...model, sharedFiles: new Set([link]) }
    expect(await desk.find(call(fileData(link)))).toMatchObject({ target: { files: [] } })
    expect(await desk.find(call(fileData(`${link}?x`)))).toBe('object-unknown')
    desk.allowsLink = ({ host }) => host === 'cdn.test'
    expect(await desk.find(call(fileData(`${link}?x`)))).toMatchObject({ target: { files: [] } })
    expect(await desk.find(call(fileData('https://evil.test/')))).toBe('object-unknown')
    expect(await desk.find(call(fileData('https://')))).toBe('object-unknown')
  })

  it('may stand beside a path as Gradio itself writes it, and as nothing else', async () => {
    const beside = (url: Json) => desk.find(call(fileData('/app/logo.png', { url })))
    for (const url of [null, `http://gate.test${api}/file=/x`, 'relative'])
      expect(await beside(url)).toMatchObject({ target: { files: [{ path: '/app/logo.png' }] } })
    for (const url of [5, link, 'https://', 'http://gate.test.evil/', 'http://gate.test/proxy=x', '/PROXY=x'])
      expect(await beside(url), String(url)).toBe('object-unknown')
  })
})

it('more files than any page sends are none', async () => {
  const files = (count: number) => Array.from({ length: count }, (_, nth) => fileData(`/t/${String(nth)}`))
  expect(await desk.find(call(null, { data: [null, files(10_000)] }))).toMatchObject({
    target: { files: { length: 10_000 } },
  })
  expect(await desk.find(call(null, { data: [null, files(10_001)] }))).toBe('body-invalid')
})

it('an upload has no longer id than browsers make', async () => {
  const watch = (length: number) =>
    desk.find({ target: `${api}/upload_progress?upload_id=${'a'.repeat(length)}` })
  expect(await watch(64)).toMatchObject({ target: { upload: 'a'.repeat(64) } })
  expect(await watch(65)).toBe('object-unknown')
})

describe('by MCP', () => {
  const tool = (given: JsonObject): Asking =>
    post('/mcp/', {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'mirror', arguments: given },
    })

  beforeEach(() => {
    desk.model = { ...model, tools: new Map([['mirror', 'mirror']]) }
  })

  it('a text is a file where the parameter is one, and nowhere else', async () => {
    expect(await desk.find(tool({ image: null, options: 'a text' }))).toMatchObject({
      target: { call: { data: [null, 'a text'] } },
    })
    expect(await desk.ask(tool({ image: 'a text' }))).toMatchObject({
      target: { misfit: { code: 'input-invalid', because: { endpoint: 'mirror', why: 'file' } } },
    })
  })

  it('a file that the app shows to everybody is read for anybody', async () => {
    desk.files.set('/app/logo.png', { bytes: Buffer.from('x'), type: 'image/png' })
    const url = `http://gate.test${api}/file=/app/logo.png`
    expect(await desk.find(tool({ image: url }))).toMatchObject({
      target: { files: [{ path: '/app/logo.png', standing: 'shared' }] },
      outgoing: { content: { value: { params: { arguments: { image: 'data:image/png;base64,eA==' } } } } },
    })
  })

  it('a stream keeps the client’s choice of tools, and the other transport has none of its own', async () => {
    const at = async (target: string) => {
      const found = await desk.find({ target: api + target })
      return typeof found === 'string' ? found : [found.outgoing.query, found.target.resource]
    }
    expect(await at('/mcp/sse?x=1&tools=a')).toEqual(['tools=a', { kind: 'app' }])
    expect(await at('/mcp/sse?x=1')).toEqual(['', { kind: 'app' }])
    for (const target of ['/mcp', '/mcp/', '/mcp/http']) expect(await at(target)).toBe('rpc-stream-absent')
  })
})

it('an event is of the group that its function is in now', async () => {
  const event = { owner: aliceOwner, session: desk.upstream(aliceOwner, 'abc') }
  await desk.ledger.noteEvent({ ...event, id: 'e', endpoint: 0, endpointName: 'predict' })
  const predict = model.byName.get('predict')
  if (predict === undefined) throw new TypeError('the sample app has it')
  desk.model = { ...model, byName: new Map([['predict', { ...predict, group: 'talk' }]]) }
  expect(await desk.find({ target: `${api}/call/predict/e` })).toMatchObject({
    target: { resource: { kind: 'endpoint', name: 'predict', group: 'talk' } },
  })
})

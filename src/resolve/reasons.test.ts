/** Why a request is not resolved, as the log has it: which field, which object, whose. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../kit/json.ts'
import { isRefusal } from '../refusals.ts'
import { aliceOwner, bob, Desk, fileData, model, type Asking } from './asking.contract.ts'

const api = '/gradio_api'
const id = 'e'.repeat(32)
const foreignForm = `abc.${'A'.repeat(22)}`
let desk: Desk

beforeEach(async () => {
  desk = new Desk()
  desk.model = {
    ...model,
    tools: new Map([
      ['report', 'admin_report'],
      ['mirror', 'mirror'],
    ]),
  }
  desk.next = desk.model
  const event = { owner: aliceOwner, session: desk.upstream(aliceOwner, 'abc') }
  await desk.ledger.noteEvent({ ...event, id, endpoint: 0, endpointName: 'predict' })
  await desk.ledger.noteEvent({ ...event, id: 'fed', endpoint: 7, endpointName: 'listen' })
})

/** Also of what only those hear who may call it. */
async function why(asking: Asking): Promise<unknown> {
  const found = await desk.ask(asking)
  const refusal = isRefusal(found) ? found : found.target.misfit
  return refusal && [refusal.code, refusal.because]
}

const post = (path: string, body: Json | string, as?: typeof bob): Asking => ({
  target: api + path,
  body,
  ...(as && { as }),
})
const whole = { data: ['x'], fn_index: 0, session_hash: 'abc' }
const cancel = { event_id: id, session_hash: 'abc', fn_index: 0 }
const feed = { data: ['x'], session_hash: 'abc', fn_index: 7 }
const ls = { component_id: 5, fn_name: 'ls', session_hash: 'abc', data: ['a'] }
const { data: _, ...lsWithoutData } = ls
const form = (fields: Record<string, string>): Asking => ({
  target: `${api}/component_server`,
  form: { fields, files: [] },
})
const tool = (params: Json): Asking => post('/mcp/', { jsonrpc: '2.0', id: 1, method: 'tools/call', params })

describe('a body is wrong in', () => {
  it.each<[string, Asking]>([
    ['body', post('/queue/join', [whole])],
    ['data', post('/queue/join', { ...whole, data: 'x' })],
    ['fn_index', post('/queue/join', { ...whole, fn_index: '0' })],
    ['fn_index', post('/queue/join', { ...whole, fn_index: -1 })],
    ['fn_index', post('/queue/join', { data: ['x'], session_hash: 'abc' })],
    ['session_hash', post('/queue/join', { ...whole, session_hash: 5 })],
    ['session_hash', post('/queue/join', { data: ['x'], fn_index: 0 })],
    ['trigger_id', post('/queue/join', { ...whole, trigger_id: 'x' })],
    ['trigger_id', post('/queue/join', { ...whole, trigger_id: 1.5 })],
    ['data', post('/queue/join', { ...whole, fn_index: 8 })],
    ['body', post('/run/predict', 'null')],
    ['fn_index', post('/run/admin_report', whole)],
    ['body', post('/call/predict', '"x"')],
    ['body', post('/call/v2/predict', '[]')],
    ['body', post('/cancel', '[]')],
    ['event_id', post('/cancel', { ...cancel, event_id: 5 })],
    ['session_hash', post('/cancel', { ...cancel, session_hash: 5 })],
    ['fn_index', post('/cancel', { ...cancel, fn_index: true })],
    ['fn_index', post('/cancel', { event_id: id, session_hash: 'abc' })],
    ['body', post('/reset', '[]')],
    ['event_id', post('/reset', { event_id: [id] })],
    ['body', post('/stream/fed', '[]')],
    ['data', post('/stream/fed', { ...feed, data: {} })],
    ['fn_index', post('/stream/fed', { ...feed, fn_index: 0 })],
    ['body', post('/component_server', '[]')],
    ['component_id', post('/component_server', { ...ls, component_id: '5' })],
    ['component_id', post('/component_server', { fn_name: 'ls', session_hash: 'abc', data: [] })],
    ['session_hash', post('/component_server', { ...ls, session_hash: null })],
    ['fn_name', post('/component_server', { ...ls, fn_name: ['ls'] })],
    ['data', post('/component_server', lsWithoutData)],
    ['component_id', form({ fn_name: 'ls', session_hash: 'abc' })],
    ['component_id', form({ component_id: '5x', fn_name: 'ls', session_hash: 'abc' })],
    ['component_id', form({ component_id: '-5', fn_name: 'ls', session_hash: 'abc' })],
    ['session_hash', form({ component_id: '5', fn_name: 'ls' })],
    ['fn_name', form({ component_id: '5', session_hash: 'abc' })],
    ['params', tool({ name: 5 })],
  ])('%s', async (field, asking) => {
    expect(await why(asking)).toEqual(['body-invalid', { field }])
  })

  it('what does not fit, and is told with the function that it is for and no arguments', async () => {
    const call = { endpoint: { id: 1 }, data: [], arguments: {} }
    const resource = { kind: 'endpoint', name: 'admin_report' }
    const misfit = { code: 'body-invalid' }
    expect(await desk.ask(post('/queue/join', { ...whole, fn_index: 1, data: [] }))).toMatchObject({
      ...{ target: { resource, call, files: [], misfit }, outgoing: { content: { kind: 'none' } } },
    })
    expect(await desk.ask(tool({ name: 'report', arguments: {} }))).toMatchObject({
      target: { action: 'callFunction', resource, call, files: [], misfit },
    })
  })

  it('the number of its values, and the names of its arguments', async () => {
    expect(await why(post('/queue/join', { ...whole, data: [] }))).toEqual([
      'body-invalid',
      { inputs: 1, given: 0 },
    ])
    expect(await why(post('/call/v2/predict', { text: 'x', other: 1 }))).toEqual([
      'body-invalid',
      { parameter: 'unknown' },
    ])
    expect(await why(post('/call/v2/predict', {}))).toEqual(['body-invalid', { parameter: 'missing' }])
  })
})

describe('what isn’t there is', () => {
  const at = (path: string, as?: typeof bob): Asking => ({ target: path, ...(as && { as }) })

  it.each<[string, boolean, Asking]>([
    ['session', false, post('/queue/join', { ...whole, session_hash: foreignForm })],
    ['session', false, post('/run/predict', { data: ['x'], session_hash: foreignForm })],
    ['session', false, post('/call/predict', { data: ['x'], session_hash: foreignForm })],
    ['session', false, post('/component_server', { ...ls, session_hash: foreignForm })],
    ['session', false, post('/stream/fed', { ...feed, session_hash: foreignForm })],
    ['session', false, post('/stream/fed', { ...feed, session_hash: 'abd' })],
    ['session', false, at(`${api}/heartbeat/${foreignForm}`)],
    ['session', false, at(`${api}/queue/data`)],
    ['session', false, at(`${api}/stream/${foreignForm}/1/2/playlist.m3u8`)],
    ['event', true, post('/cancel', cancel, bob)],
    ['event', false, post('/cancel', { ...cancel, fn_index: 1 })],
    ['event', false, post('/cancel', { ...cancel, session_hash: foreignForm })],
    ['event', false, at(`${api}/call/admin_report/${id}`)],
    ['event', false, post(`/stream/${id}`, { ...feed, fn_index: 0 })],
    ['file', false, at(`${api}/file=/etc/passwd`)],
    ['file', false, at(`${api}/file=etc/passwd`)],
    ['upload', false, at(`${api}/upload_progress?upload_id=a%2Fb`)],
    ['page', false, at('/?page=third')],
    ['deepLink', false, at('/?deep_link=x')],
    ['link', false, post('/queue/join', { ...whole, fn_index: 2, data: [fileData('http://evil.test/'), 1] })],
    [
      'link',
      false,
      post('/queue/join', {
        ...whole,
        fn_index: 2,
        data: [fileData('/t/x', { url: 'http://evil.test/' }), 1],
      }),
    ],
    ['file', false, post('/queue/join', { ...whole, fn_index: 2, data: [fileData('../x'), 1] })],
    [
      'file',
      false,
      post('/queue/join', {
        ...whole,
        fn_index: 2,
        data: [fileData(`${foreignForm}/1/2/playlist.m3u8`, { is_stream: true }), 1],
      }),
    ],
    [
      'mcp-session',
      false,
      post('/mcp/messages/?session_id=nothing', { jsonrpc: '2.0', id: 1, method: 'ping' }),
    ],
  ])('a %s (foreign: %s)', async (object, foreign, asking) => {
    expect(await why(asking)).toEqual(['object-unknown', { object, foreign }])
  })

  it('a function that nobody declared', async () => {
    for (const path of ['/call/nothing', '/run/nothing', '/call/v2/nothing'])
      expect(await why(post(path, { data: ['x'] }))).toEqual(['endpoint-unknown', {}])
  })

  it('content in the place of an uploaded file, but for a drawing of one’s own upload', async () => {
    const give = (path: string, url: string) =>
      post('/queue/join', { ...whole, fn_index: 2, data: [fileData(path, { url }), 1] })
    const refused = ['file-refused', { why: 'inline' }]
    expect(await why(give('/app/logo.png', 'data:image/png;base64,AA=='))).toEqual(refused)
    expect(await why(give('/t/x.svg.png', 'data:image/svg+xml;base64,AA=='))).toEqual(refused)
    expect(await why(give('/t/x.svg', 'data:image/png;base64,AA=='))).toEqual(refused)
    expect(await why(give('/t/x.svg', 'data:image/svg+xml;base64,AA=='))).toBeUndefined()
  })

  it('an upload that somebody else has claimed', async () => {
    await desk.ask(at(`${api}/upload_progress?upload_id=one`))
    expect(await why(at(`${api}/upload_progress?upload_id=one`, bob))).toEqual([
      'object-unknown',
      { object: 'upload', foreign: true },
    ])
  })

  it('a page of an app that has another one by now', async () => {
    desk.model = { ...desk.model, pages: [''] }
    expect(await why(at('/second'))).toEqual(['object-unknown', { object: 'page', foreign: false }])
  })

  it('the app itself, before the first look', async () => {
    Object.assign(desk, { model: undefined, next: undefined })
    expect(await why(at('/config'))).toEqual(['upstream-down', { reason: 'away' }])
  })

  it('the file of a tool, whose it may be', async () => {
    const give = (image: Json) => tool({ name: 'mirror', arguments: { image } })
    const url = (path: string) => `http://gate.test${api}/file=${path}`
    await desk.ledger.noteFiles(aliceOwner, ['/t/own'])
    expect(await why({ ...give(url('/t/own')), as: bob })).toEqual([
      'object-unknown',
      { object: 'file', foreign: true },
    ])
    expect(await why(give(url('/t/other')))).toEqual(['object-unknown', { object: 'file', foreign: false }])
    expect(await why(give(url('/t/own')))).toEqual(['object-unknown', { object: 'file', foreign: false }])
    desk.files.set('/t/own', 'large')
    expect(await why(give(url('/t/own')))).toEqual(['body-large', { file: true }])
    expect(await why(give('a text'))).toMatchObject(['input-invalid', { endpoint: 'mirror', why: 'file' }])
    for (const odd of [
      `${url('/t/own')}#x`,
      `${url('/t/own')}?x`,
      url('/t/%ff'),
      url('t'),
      `http://gate.test/t`,
    ])
      expect(await why(give(odd)), odd).toMatchObject(['input-invalid', {}])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeMessage } from '../answers/show-taps.ts'
import type { Json, JsonObject } from '../kit/json.ts'
import { learnMcpSession } from '../mcp/session.ts'
import { isRefusal } from '../refusals.ts'
import { alice, aliceOwner, bob, bobOwner, Desk, model, sent, type Asking } from './asking.contract.ts'

const api = '/gradio_api'
const session = '0123456789abcdef0123456789abcdef'
const tools = new Map([
  ['_lambda_', 'predict'],
  ['report', 'admin_report'],
  ['mirror', 'mirror'],
  ['remember', 'remember'],
  ['sort', 'sort'],
])

function makeDesk(): Desk {
  const desk = new Desk()
  desk.model = { ...model, tools }
  desk.next = desk.model
  return desk
}

const desk = makeDesk()

const message = (method: string, params?: Json, id: Json = 1) => ({
  ...{ jsonrpc: '2.0', id, method },
  ...(params !== undefined && { params }),
})
const call = (name: Json, given: Json, more: JsonObject = {}): Asking => ({
  target: `${api}/mcp/`,
  body: message('tools/call', { name, arguments: given, ...more }),
})

describe('a tool', () => {
  it('is the same function as by any other way', async () => {
    const found = await desk.ask(call('report', { month: 'May' }, { _meta: { progressToken: 'p', x: 1 } }))
    expect(found).toMatchObject({
      target: {
        ...{ owner: aliceOwner, action: 'callFunction', rpcId: 1, files: [] },
        resource: { kind: 'endpoint', name: 'admin_report', group: 'admin_report' },
        call: { endpoint: { id: 1 }, data: ['May'], arguments: { month: 'May' } },
      },
      outgoing: { path: `${api}/mcp/`, query: '' },
    })
    if (isRefusal(found)) throw new TypeError(found.code)
    expect(sent(found)).toEqual(
      message('tools/call', { name: 'report', arguments: { month: 'May' }, _meta: { progressToken: 'p' } }),
    )
  })

  it.each([`${api}/mcp`, `${api}/mcp/`, `${api}/mcp/http`, `${api}/mcp/http/`])(
    'is asked for at one address only, whichever it was: %s',
    async (target) => {
      expect(await desk.ask({ ...call('report', { month: 'x' }), target })).toMatchObject({
        outgoing: { path: `${api}/mcp/` },
      })
    },
  )

  it('keeps the client’s own choice of tools, and nothing else of the address', async () => {
    const found = await desk.ask({
      ...call('report', { month: 'x' }),
      target: `${api}/mcp/?x=1&tools=a,b&tools=c`,
    })
    expect(found).toMatchObject({ outgoing: { query: 'tools=a%2Cb' } })
  })

  it('is filled up with what the app declares', async () => {
    const found = await desk.ask(call('mirror', { image: null }))
    expect(found).toMatchObject({ target: { call: { data: [null, 'plain'] } } })
    if (isRefusal(found)) throw new TypeError(found.code)
    expect(sent(found)['params']).toEqual({ name: 'mirror', arguments: { image: null } })
  })

  it.each<[string, Asking, string]>([
    ['by the name of the endpoint', call('admin_report', { month: 'x' }), 'endpoint-unknown'],
    ['by what all objects have', call('constructor', {}), 'endpoint-unknown'],
    ['by no name', call(1, {}), 'body-invalid'],
    ['with an argument that it doesn’t have', call('report', { month: 'x', other: 1 }), 'body-invalid'],
    ['without one that it needs', call('report', {}), 'body-invalid'],
    ['in a list', { target: `${api}/mcp/`, body: [message('tools/list')] }, 'rpc-invalid'],
    ['as a prompt', { target: `${api}/mcp/`, body: message('prompts/get') }, 'rpc-method-unknown'],
  ])('is not found %s', async (_how, asking, code) => {
    expect(await desk.find(asking)).toBe(code)
  })

  it('that is refused is answered under the id of the request', async () => {
    expect(await desk.ask(call('nothing', {}))).toMatchObject({ code: 'endpoint-unknown', rpcId: 1 })
    expect(
      await desk.ask({ target: `${api}/mcp/`, body: message('tools/list', {}, null) }),
    ).not.toHaveProperty('rpcId')
  })

  it('takes no words of the client’s for its own', async () => {
    const refusal = { kind: 'refusal', code: 'nothing', refusal: { code: 'nothing' } }
    expect(await desk.find(call('report', { month: 'x', ...refusal }))).toBe('body-invalid')
    const found = await desk.ask(call('mirror', { image: refusal }))
    if (isRefusal(found)) throw new TypeError(found.code)
    expect(sent(found)['params']).toEqual({ name: 'mirror', arguments: { image: refusal } })
  })

  it('that gathers samples of several callers is refused, unless the operator says that it may', async () => {
    const gathering = makeDesk()
    const report = model.byName.get('admin_report')
    if (report === undefined) throw new TypeError('the sample app has it')
    const batch = { ...report, batch: true, queued: true }
    gathering.model = { ...model, tools, byName: new Map([...model.byName, ['admin_report', batch]]) }
    expect(await gathering.find(call('report', { month: 'x' }))).toBe('policy-denied')
    gathering.mixedBatch = true
    expect(await gathering.find(call('report', { month: 'x' }))).toMatchObject({ target: { files: [] } })
  })

  it('never gets a token of somebody’s', async () => {
    const found = await desk.ask(call('report', { month: 'x', oauth_token: 't' }))
    if (isRefusal(found)) throw new TypeError(found.code)
    expect(sent(found)['params']).toEqual({ name: 'report', arguments: { month: 'x' } })
  })

  it('that keeps State is claimed by its first caller', async () => {
    const own = makeDesk()
    const claim = async (as: typeof alice, name: string, given: JsonObject) => {
      const found = await own.ask({ ...call(name, given), as })
      return isRefusal(found) ? found.code : found.target.claim?.()
    }
    expect(await claim(alice, 'remember', { item: 'a' })).toBe(true)
    expect(await claim(bob, 'remember', { item: 'b' })).toBe(false)
    expect(await claim(alice, 'remember', { item: 'a' })).toBe(true)
    expect(await claim(bob, 'report', { month: 'x' })).toBeUndefined()
  })
})

describe('a file in a tool’s arguments', () => {
  const own = makeDesk()
  const picture = (value: Json) => call('mirror', { image: value })
  const at = (path: string) => `http://gate.test${api}/file=${path}`

  it('is named by the address that its upload has, and goes to the app as content', async () => {
    await own.ledger.noteFiles(aliceOwner, ['/t/a b.png'])
    own.files.set('/t/a b.png', { bytes: Buffer.from('hi'), type: 'image/png' })
    const found = await own.ask(picture(at('/t/a%20b.png')))
    expect(found).toMatchObject({
      target: {
        files: [{ path: '/t/a b.png', standing: 'own' }],
        call: { data: [{ path: '/t/a b.png', orig_name: 'a b.png' }, 'plain'] },
      },
    })
    if (isRefusal(found)) throw new TypeError(found.code)
    expect(sent(found)['params']).toEqual({
      name: 'mirror',
      arguments: { image: 'data:image/png;base64,aGk=' },
    })
  })

  it.each<[string, Json, string]>([
    ['is somebody else’s', at('/t/b.png'), 'object-unknown'],
    ['nobody knows', at('/t/c.png'), 'object-unknown'],
    ['is gone', at('/t/gone.png'), 'object-unknown'],
    ['is too large', at('/t/large.png'), 'body-large'],
    ['has an odd path', at('/t//b.png'), 'input-invalid'],
    ['is somebody else’s by a way around', at('/x/../t/b.png'), 'object-unknown'],
    ['has an odd escape', at('/t/%E0%A4%A'), 'input-invalid'],
    ['has a question behind it', `${at('/t/own.png')}?x`, 'input-invalid'],
    ['is another address of the gate', 'http://gate.test/config', 'input-invalid'],
    ['is elsewhere', 'http://10.0.0.1/x.png', 'object-unknown'],
    ['is elsewhere, in capitals', 'HTTP://10.0.0.1/x.png', 'object-unknown'],
    ['is elsewhere, under the gate’s name', 'http://gate.test@10.0.0.1/x.png', 'object-unknown'],
    ['stands in the message', 'data:image/png;base64,aGk=', 'input-invalid'],
    ['is a path', '/t/own.png', 'input-invalid'],
    ['is a scheme of its own', 'file:///etc/passwd', 'input-invalid'],
    ['is somebody else’s, as Gradio writes it', { path: '/t/b.png' }, 'others'],
    ['is elsewhere, as Gradio writes it', { path: 'http://10.0.0.1/x' }, 'input-invalid'],
    ['is elsewhere, in a list', [{ image: 'https://10.0.0.1/x' }], 'input-invalid'],
  ])('that %s is not read', async (_what, value, code) => {
    await own.ledger.noteFiles(bobOwner, ['/t/b.png'])
    await own.ledger.noteFiles(aliceOwner, ['/t/own.png', '/t/gone.png', '/t/large.png'])
    own.files.set('/t/b.png', { bytes: Buffer.from('hi'), type: 'image/png' })
    own.files.set('/t/large.png', 'large')
    const found = await own.find(picture(value))
    expect(typeof found === 'string' ? found : found.target.files[0]?.standing).toBe(code)
  })

  it('is fetched from nowhere that was not judged, whatever is tried', async () => {
    await own.ledger.noteFiles(aliceOwner, ['/t/own.png'])
    own.files.set('/t/own.png', { bytes: Buffer.from('hi'), type: 'image/png' })
    const piece = fc.constantFrom(
      ...['http', 'HTTPS', 'data', ':', '//', '/', '@', '?', '#', ' ', '%2f', '..', '\\', '\t'],
      ...['gate.test', '10.0.0.1', api, 'file=', '/t/own.png', '/t/b.png', 'image/png;base64,aGk='],
    )
    const address = fc.oneof(
      fc.constant(at('/t/own.png')),
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      fc.tuple(piece, piece).map(([before, after]) => `${before}${at('/t/own.png')}${after}`),
    )
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        address,
        fc.constantFrom(null, 1, true),
        fc.array(tie('value'), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom('path', 'url', 'image', 'meta'), tie('value'), { maxKeys: 3 }),
      ),
    })).value
    let passed = 0
    await fc.assert(
      fc.asyncProperty(value, async (image) => {
        const found = await own.find(picture(image as Json))
        if (typeof found === 'string') return
        passed++
        const { arguments: given } = sent(found)['params'] as { arguments: { image: Json } }
        const text = JSON.stringify(given.image)
        const isOwn = text === '"data:image/png;base64,aGk="'
        if (isOwn) expect(found.target.files).toMatchObject([{ path: '/t/own.png', standing: 'own' }])
        else expect(text).not.toMatch(/"\s*(?:https?|data):/i)
      }),
      { numRuns: 2_000 },
    )
    expect(passed).toBeGreaterThan(20)
  })

  it('that is elsewhere passes where the operator lets it', async () => {
    const open = makeDesk()
    open.allowsLink = ({ host }) => host === 'pictures.test'
    const found = await open.ask(picture('https://pictures.test/x.png'))
    if (isRefusal(found)) throw new TypeError(found.code)
    expect(sent(found)['params']).toEqual({
      name: 'mirror',
      arguments: { image: 'https://pictures.test/x.png' },
    })
  })
})

describe('a message for a stream', () => {
  const post = (as: typeof alice, id: string, body: Json): Asking => ({
    target: `${api}/mcp/messages/?session_id=${id}`,
    ...{ as, body },
  })

  it('is taken of the stream’s owner only', async () => {
    const own = makeDesk()
    const announced = makeMessage(`${api}/mcp/messages/?session_id=${session}`)
    await learnMcpSession(own.ledger, aliceOwner).take(announced)
    expect(await own.ask(post(alice, session, message('tools/list')))).toMatchObject({
      target: { resource: { kind: 'app' } },
      outgoing: { path: `${api}/mcp/messages/`, query: `session_id=${session}` },
    })
    expect(await own.find(post(bob, session, message('tools/list')))).toBe('object-unknown')
    expect(await own.find(post(alice, session.replace('0', '1'), message('tools/list')))).toBe(
      'object-unknown',
    )
    expect(await own.find(post(alice, session, message('prompts/get')))).toBe('rpc-method-unknown')
    expect(await own.ask(post(alice, session, message('tools/call', { name: 'report' })))).not.toHaveProperty(
      'rpcId',
    )
  })

  it('calls no function of which only so many calls may be under way: nobody would see them end', async () => {
    const own = makeDesk()
    const announced = makeMessage(`${api}/mcp/messages/?session_id=${session}`)
    await learnMcpSession(own.ledger, aliceOwner).take(announced)
    own.counted.add('admin_report')
    const report = message('tools/call', { name: 'report', arguments: { month: 'May' } })
    const mirror = message('tools/call', { name: 'mirror', arguments: { image: null } })
    expect(await own.find(post(alice, session, report))).toBe('policy-denied')
    expect(await own.find(post(alice, session, mirror))).toHaveProperty('target')
    expect(await own.find({ target: `${api}/mcp/`, body: report })).toHaveProperty('target')
  })
})

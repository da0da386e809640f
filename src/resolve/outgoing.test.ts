/** What goes to the app in the place of what came: nothing that was not judged, under the names that the app knows. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../kit/json.ts'
import { isRefusal } from '../refusals.ts'
import type { Resolved } from '../request.ts'
import { aliceOwner, Desk, fileData, sent, type Asking } from './asking.contract.ts'

const api = '/gradio_api'
const id = 'e'.repeat(32)
let desk: Desk
let session = ''

beforeEach(async () => {
  desk = new Desk()
  session = desk.upstream(aliceOwner, 'abc')
  const event = { owner: aliceOwner, session }
  await desk.ledger.noteEvent({ ...event, id, endpoint: 0, endpointName: 'predict' })
  await desk.ledger.noteEvent({ ...event, id: 'fed', endpoint: 7, endpointName: 'listen' })
  await desk.ledger.noteEvent({ ...event, id: 'gone', endpoint: 40, endpointName: 'gone' })
  await desk.ledger.noteEvent({
    ...{ owner: aliceOwner, id: 'bare', endpoint: 0, endpointName: 'predict' },
  })
})

async function resolved(asking: Asking): Promise<Resolved> {
  const found = await desk.ask(asking)
  if (isRefusal(found) || found.target.misfit !== undefined) throw new TypeError(JSON.stringify(found))
  return found
}

const post = (path: string, body: Json): Asking => ({ target: api + path, body })
const outgoing = async (asking: Asking) => {
  const { outgoing: out } = await resolved(asking)
  return [out.path + (out.query === '' ? '' : `?${out.query}`), out.content]
}

describe('a call', () => {
  it('has the fields that clients set, and no others', async () => {
    const body = { data: ['x', 'more'], fn_index: 0, session_hash: 'abc' }
    const more = { batched: true, event_id: id, simple_format: true, oauth_token: 't', x: 1 }
    const found = await resolved(
      post('/queue/join', { ...body, ...more, event_data: null, trigger_id: null }),
    )
    expect(sent(found)).toEqual({ data: ['x'], fn_index: 0, session_hash: session })
    expect(found.outgoing.path).toBe(`${api}/queue/join`)
    expect(found.target.call).not.toHaveProperty('eventData')
    const full = await resolved(post('/queue/join', { ...body, event_data: { a: 1 }, trigger_id: 0 }))
    expect(sent(full)).toEqual({
      ...{ data: ['x'], fn_index: 0, session_hash: session },
      event_data: { a: 1 },
      trigger_id: 0,
    })
    expect(full.target.call?.eventData).toEqual({ a: 1 })
  })

  it('goes from /call to the queue, in the client’s session or one of its own', async () => {
    const own = await resolved(post('/call/predict', { data: ['x'], session_hash: 'abc' }))
    expect(own.outgoing.path).toBe(`${api}/queue/join`)
    expect(sent(own)).toEqual({ data: ['x'], fn_index: 0, session_hash: session, simple_format: true })
    const made = sent(await resolved(post('/call/predict', { data: ['x'] })))['session_hash']
    expect(made).toMatch(/^gate_/)
    expect(sent(await resolved(post('/call/predict', { data: ['x'] })))['session_hash']).not.toBe(made)
  })

  it('by /run has a session where it would leave something behind', async () => {
    const body = (index: number, ...data: Json[]) => post('/run/predict', { data, fn_index: index })
    expect(sent(await resolved(body(0, 'x')))).toEqual({ data: ['x'], fn_index: 0 })
    for (const [index, ...data] of [
      [2, null, 1],
      [3, null, 'x'],
      [6, 'x'],
    ] as const)
      expect(sent(await resolved(body(index, ...data)))['session_hash'], String(index)).toMatch(/^gate_/)
    const mirror = desk.model.endpoints.get(2)
    const text = desk.model.endpoints.get(0)?.outputs ?? []
    if (mirror === undefined) throw new TypeError('the sample app has it')
    const mixed = { ...mirror, outputs: [...mirror.outputs, ...text] }
    desk.model = { ...desk.model, endpoints: new Map([...desk.model.endpoints, [2, mixed]]) }
    expect(sent(await resolved(body(2, null, 1)))['session_hash']).toMatch(/^gate_/)
    const own = post('/run/predict', { data: ['x'], fn_index: 0, session_hash: 'abc' })
    expect(sent(await resolved(own))['session_hash']).toBe(session)
  })

  it('has null for State, whatever came, and for what the API leaves out', async () => {
    const joined = post('/queue/join', { data: [{ forged: 1 }, 'x'], fn_index: 3, session_hash: 'abc' })
    expect(sent(await resolved(joined))['data']).toEqual([null, 'x'])
    for (const data of [['x'], ['forged', 'x']])
      expect(sent(await resolved(post('/call/remember', { data })))['data']).toEqual([null, 'x'])
    // Neither what the function takes nor what the API does: the function's own order counts.
    const long = post('/call/remember', { data: ['forged', 'x', 'more'] })
    expect(sent(await resolved(long))['data']).toEqual([null, 'x'])
    expect(await desk.find(post('/call/remember', { data: [] }))).toBe('body-invalid')
    const named = await resolved(post('/call/v2/remember', { item: 'x' }))
    expect(sent(named)['data']).toEqual([null, 'x'])
  })

  it('of a component’s properties is judged by the value among them', async () => {
    const picture = { value: fileData('/t/x'), label: 'l' }
    const call = async (value: Json) => {
      const { target } = await resolved(
        post('/queue/join', { data: [value], fn_index: 8, session_hash: 'abc' }),
      )
      return target.call?.arguments
    }
    expect(await call(picture)).toEqual({ picture: picture.value })
    expect(await call({ label: 'l' })).toEqual({ picture: null })
  })
})

describe('an event', () => {
  const target = { resource: { kind: 'endpoint', name: 'predict', group: 'predict' }, files: [] }

  it('is named as the app knows it', async () => {
    const cancel = { event_id: id, session_hash: 'abc', fn_index: 0 }
    expect(await resolved(post('/cancel', { ...cancel, x: 1 }))).toMatchObject({ target })
    expect(await outgoing(post('/cancel', { ...cancel, x: 1 }))).toEqual([
      `${api}/cancel`,
      { kind: 'json', value: { ...cancel, session_hash: session } },
    ])
    expect(await outgoing(post('/reset', { event_id: id, x: 1 }))).toEqual([
      `${api}/reset`,
      { kind: 'json', value: { event_id: id } },
    ])
    expect(await outgoing(post('/stream/fed/close', { x: 1 }))).toEqual([
      `${api}/stream/fed/close`,
      { kind: 'json', value: {} },
    ])
  })

  it('of a function that is gone is still of that function', async () => {
    const asking = { target: `${api}/call/gone/gone` }
    expect((await resolved(asking)).target).toMatchObject({
      resource: { kind: 'endpoint', name: 'gone', group: 'gone' },
      files: [],
    })
  })

  it('is fed in its own session where the client names none, and not where it has none', async () => {
    const fed = await resolved(post('/stream/fed', { data: ['x'] }))
    expect(sent(fed)).toEqual({ data: ['x'], fn_index: 7, session_hash: session })
    expect(fed.target).toMatchObject({ session: { client: 'abc', upstream: session }, event: { id: 'fed' } })
    expect(await desk.find(post('/stream/bare', { data: ['x'] }))).toBe('object-unknown')
  })
})

describe('what an address names', () => {
  it('is what the target has', async () => {
    const at = async (target: string) => (await resolved({ target })).target
    const names = { client: 'abc', upstream: session }
    const app = { resource: { kind: 'app' }, files: [] }
    expect(await at(`${api}/queue/data?session_hash=abc`)).toMatchObject({ ...app, session: names })
    expect(await at(`${api}/heartbeat/abc`)).toMatchObject({ ...app, session: names })
    expect(await at(`${api}/stream/${session}/1/2/playlist.m3u8`)).toMatchObject({ ...app, session: names })
    expect(await at(`${api}/upload_progress?upload_id=one`)).toMatchObject({ ...app, upload: 'one' })
    expect(await at('/second')).toMatchObject({ resource: { kind: 'page', path: 'second' }, files: [] })
    expect(await at(`${api}/file=/app/logo.png`)).toMatchObject({ files: [] })
  })

  it('goes on in one spelling', async () => {
    const path = async (target: string) => (await outgoing({ target }))[0]
    expect(await path(`${api}/upload_progress?upload%5fid=one&x=%41`)).toBe(
      `${api}/upload_progress?upload_id=one&x=A`,
    )
    expect(await path(`${api}/info?x=%41`)).toBe(`${api}/info?x=A`)
    // The first name is judged, and Gradio's server would take the last.
    expect(await path(`${api}/upload_progress?upload_id=one&upload_id=two`)).toBe(
      `${api}/upload_progress?upload_id=one`,
    )
    expect(await path(`${api}/queue/data?session_hash=abc&session_hash=abd`)).toBe(
      `${api}/queue/data?session_hash=${session}`,
    )
    expect(await path(`${api}/stream/${session}/1/2/a1.ts`)).toBe(`${api}/stream/${session}/1/2/a1.ts`)
  })
})

describe('a route of the gate itself', () => {
  it('is about the whole app, and goes on as it came', async () => {
    const found = await resolved({ target: '/.sekisho/login' })
    expect(found).toMatchObject({ target: { resource: { kind: 'app' }, files: [] } })
    expect(found.target).not.toHaveProperty('owner')
  })
})

import { beforeEach, expect, it } from 'vitest'
import { component, sampleModel } from '../app/sample-app.contract.ts'
import type { Json } from '../kit/json.ts'
import { alice, aliceOwner, bob, Desk, sent, type Asking } from './asking.contract.ts'

const api = '/gradio_api'
const drawing = { background: null, layers: [], composite: null }
let desk: Desk

beforeEach(() => {
  desk = new Desk()
  const app = sampleModel({
    components: [
      component(1, 'imageeditor', { server_fns: ['accept_blobs'] }),
      component(2, 'json', { server_fns: ['take'] }),
    ],
    functions: [
      { id: 0, api_name: 'sketch', inputs: [1, 2], outputs: [1] },
      { id: 1, api_name: 'frame', inputs: [1], component_prop_inputs: [0] },
      { id: 2, api_name: 'listen', inputs: [1], outputs: [1], connection: 'stream' },
    ],
    info: { sketch: ['picture', 'more'], frame: ['picture'] },
  })
  desk.model = desk.next = { ...app, tools: new Map([['sketch', 'sketch']]) }
})

const call = (as: typeof alice, value: Json, name = 'sketch'): Asking => ({
  target: `${api}/call/${name}`,
  body: { data: name === 'sketch' ? [value, { id: 'free' }] : [value] },
  as,
})
const bring = (id: string, as = alice, component_id = '1'): Asking => ({
  target: `${api}/component_server`,
  form: {
    fields: { component_id, fn_name: component_id === '1' ? 'accept_blobs' : 'take', session_hash: 's', id },
    files: [],
  },
  as,
})

async function brought(asking: Asking): Promise<string | undefined> {
  const found = await desk.find(asking)
  if (typeof found === 'string') return found
  return found.outgoing.content.kind === 'form' ? found.outgoing.content.fields['id'] : undefined
}

async function called(asking: Asking): Promise<Json | undefined> {
  const found = await desk.find(asking)
  return typeof found === 'string' ? found : sent(found)['data']
}

it('a drawing is brought and called by one name, which is another for everybody else', async () => {
  const own = desk.upstream(aliceOwner, 'abc')
  expect(await brought(bring('abc'))).toBe(own)
  expect(await called(call(alice, { ...drawing, id: 'abc' }))).toEqual([
    { ...drawing, id: own },
    { id: 'free' },
  ])
  expect(await called(call(bob, { ...drawing, id: 'abc' }))).not.toEqual([
    { ...drawing, id: own },
    { id: 'free' },
  ])
  expect(await brought(bring('abc', bob))).not.toBe(own)
})

it('a drawing under somebody else’s name, or an odd one, is unknown', async () => {
  const own = desk.upstream(aliceOwner, 'abc')
  for (const id of [own, '', 'a.b', 'a b']) {
    expect(await called(call(bob, { ...drawing, id }))).toBe('object-unknown')
    expect(await brought(bring(id, bob))).toBe('object-unknown')
  }
  expect(await called(call(bob, { ...drawing, id: 7 }))).toBe('object-unknown')
})

it('a drawing is found inside the properties of its component too, and where an event is fed', async () => {
  const own = desk.upstream(aliceOwner, 'abc')
  const value = { label: 'x', value: { ...drawing, id: 'abc' } }
  expect(await called(call(alice, value, 'frame'))).toEqual([{ label: 'x', value: { ...drawing, id: own } }])
  const session = desk.upstream(aliceOwner, 's')
  await desk.ledger.noteEvent({ id: 'e', owner: aliceOwner, endpoint: 2, endpointName: 'listen', session })
  const fed = { target: `${api}/stream/e`, body: { data: [{ ...drawing, id: 'abc' }], session_hash: 's' } }
  expect(await called(fed)).toEqual([{ ...drawing, id: own }])
})

it('what names no drawing goes on as it came', async () => {
  expect(await called(call(alice, drawing))).toEqual([drawing, { id: 'free' }])
  expect(await called(call(alice, null))).toEqual([null, { id: 'free' }])
  expect(await brought(bring('abc', alice, '2'))).toBe('abc')
})

it('a tool can’t be called with a drawing', async () => {
  const tool = (picture: Json) => ({
    target: `${api}/mcp/`,
    body: {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'sketch', arguments: { picture, more: 1 } },
    },
  })
  expect(await desk.find(tool({ ...drawing, id: 'abc' }))).toBe('object-unknown')
  expect(await desk.find(tool(drawing))).not.toBeTypeOf('string')
})

import { beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../kit/json.ts'
import { aliceOwner, Desk, model } from './asking.contract.ts'

let desk: Desk

beforeEach(() => {
  desk = new Desk()
})

/** `mirror` takes an image and JSON. */
const call = (json: Json) => ({
  target: `${desk.model.api}/queue/join`,
  body: { data: [null, json], fn_index: 2, session_hash: 'abc' },
})

describe('in an app of Gradio 4', () => {
  beforeEach(() => {
    desk.model = { ...model, gradio: '4.44.1', api: '' }
  })

  it('every object with a path is a file, in any value', async () => {
    expect(await desk.ask(call({ deep: [{ path: '/t/x' }] }))).toMatchObject({
      target: { files: [{ path: '/t/x', standing: 'unknown' }] },
    })
    for (const path of ['https://10.0.0.1/', '../x', 'x'])
      expect(await desk.ask(call({ path }))).toMatchObject({ target: { misfit: { code: 'object-unknown' } } })
    expect(await desk.ask(call({ url: 'https://example.org/', way: '/t/x' }))).toMatchObject({
      target: { files: [] },
    })
  })

  it('calls go to routes at the root', async () => {
    expect(await desk.ask(call('x'))).toMatchObject({
      outgoing: {
        path: '/queue/join',
        content: { value: { fn_index: 2, session_hash: desk.upstream(aliceOwner, 'abc') } },
      },
    })
  })
})

describe('an app in whose place another one came while the request was on its way', () => {
  it.each([
    ['/gradio_api', { api: '', gradio: '4.44.1' }],
    ['', { api: '/gradio_api', gradio: '6.31.0' }],
  ] as const)('is not asked by the routes of the first: %j', async (classifiedBy, now) => {
    desk.model = { ...model, ...now }
    desk.classifiedBy = classifiedBy
    const changed = { code: 'upstream-down', because: { reason: 'changed' } }
    for (const target of [`${classifiedBy}/heartbeat/abc`, `${classifiedBy}/file=/t/x`])
      expect(await desk.ask({ method: 'GET', target })).toMatchObject(changed)
  })
})

describe('in an app of a Gradio without pages', () => {
  it('what an address says of a page is for the app', async () => {
    const { page: _, pages: __, ...config } = model.config
    desk.model = { ...model, gradio: '5.0.2', pages: [''], config }
    expect(await desk.ask({ method: 'GET', target: '/?page=3' })).toMatchObject({
      target: { resource: { kind: 'page', path: '' } },
      outgoing: { query: 'page=3' },
    })
  })
})

describe('in an app of a later Gradio', () => {
  it('an object with a path in a value of no file is a value', async () => {
    expect(await desk.ask(call({ path: '/t/x' }))).toMatchObject({ target: { files: [] } })
  })
})

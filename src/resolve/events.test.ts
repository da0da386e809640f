import { beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../kit/json.ts'
import type { OwnedEvent } from '../ownership/ownership.ts'
import { alice, aliceOwner, bob, Desk, fileData, type Asking } from './asking.contract.ts'

const api = '/gradio_api'
const id = 'e'.repeat(32)
let desk: Desk

beforeEach(async () => {
  desk = new Desk()
  await note({ id, endpoint: 0, endpointName: 'predict' })
  await note({ id: 'fed', endpoint: 7, endpointName: 'listen' })
  // Begun before the app was reloaded: number 7 was another function then.
  await note({ id: 'shifted', endpoint: 7, endpointName: 'talk' })
})

const note = (event: Pick<OwnedEvent, 'id' | 'endpoint' | 'endpointName'>) =>
  desk.ledger.noteEvent({ ...event, owner: aliceOwner, session: desk.upstream(aliceOwner, 'abc') })

describe('an event', () => {
  const cancel = (more: Record<string, Json> = {}) => ({
    target: `${api}/cancel`,
    body: { event_id: id, session_hash: 'abc', fn_index: 0, ...more },
  })
  const feed = (more: Record<string, Json> = {}, event = 'fed') => ({
    target: `${api}/stream/${event}`,
    body: { data: ['x'], session_hash: 'abc', fn_index: 7, ...more },
  })
  const upstream = new Desk().upstream(aliceOwner, 'abc')
  const ways: readonly [string, Asking, string][] = [
    // The stream of the session that it runs in, by a name that all versions of Gradio find.
    ['its result', { target: `${api}/call/predict/${id}` }, `/call/predict/${upstream}`],
    ['its result by v2', { target: `${api}/call/v2/predict/${id}` }, `/call/v2/predict/${upstream}`],
    ['cancelling it', cancel(), '/cancel'],
    ['resetting it', { target: `${api}/reset/`, body: { event_id: id } }, '/reset'],
    ['feeding it', feed(), '/stream/fed'],
    ['ending it', { target: `${api}/stream/fed/close`, body: {} }, '/stream/fed/close'],
  ]

  it.each(ways)('is reached by %s', async (_way, asking, path) => {
    expect(await desk.ask(asking)).toMatchObject({
      target: { resource: { kind: 'endpoint' }, event: { owner: aliceOwner } },
      outgoing: { path: `${api}${path}` },
    })
  })

  it.each(ways)('isn’t there for anybody else: %s', async (_way, asking) => {
    const found = await desk.ask({ ...asking, as: bob })
    expect(found).toMatchObject({ code: 'object-unknown', because: { object: 'event', foreign: true } })
  })

  it.each(ways)('is not there when nobody started it: %s', async (_way, { target, body }) => {
    const other = (text: string) => text.replaceAll(id, 'f'.repeat(32)).replaceAll('fed', 'fee')
    const asked = body === undefined ? undefined : (JSON.parse(other(JSON.stringify(body))) as Json)
    const found = await desk.ask({ target: other(target), ...(asked !== undefined && { body: asked }) })
    expect(found).toMatchObject({ code: 'object-unknown', because: { foreign: false } })
  })

  it.each<[string, Asking, string]>([
    ['of another function', cancel({ fn_index: 1 }), 'object-unknown'],
    ['of another session', cancel({ session_hash: 'abd' }), 'object-unknown'],
    ['without a function', cancel({ fn_index: null }), 'body-invalid'],
    ['by a number that is a text', cancel({ fn_index: '0' }), 'body-invalid'],
    ['by two ids', cancel({ event_id: [id] }), 'body-invalid'],
    ['under the name of another function', { target: `${api}/call/admin_report/${id}` }, 'object-unknown'],
    ['that takes no more', feed({ fn_index: 0 }, id), 'object-unknown'],
    ['of a function that has another number by now', feed({}, 'shifted'), 'object-unknown'],
    ['in another session', feed({ session_hash: 'abd' }), 'object-unknown'],
    ['for another function', feed({ fn_index: 0 }), 'body-invalid'],
    [
      'with somebody’s session in its long form',
      feed({ session_hash: `abc.${'A'.repeat(22)}` }),
      'object-unknown',
    ],
  ])('is not taken for one %s', async (_what, asking, code) => {
    expect(await desk.find(asking)).toBe(code)
  })

  it('is fed with what is judged as a call', async () => {
    const session = desk.upstream(aliceOwner, 'abc')
    expect(
      await desk.ask(feed({ data: ['y', 'z'], event_id: 'other', event_data: fileData('/t/x') })),
    ).toMatchObject({
      target: {
        call: { endpoint: { name: 'listen' }, data: ['y'] },
        files: [{ path: '/t/x', standing: 'unknown' }],
      },
      outgoing: { content: { value: { data: ['y'], fn_index: 7, session_hash: session } } },
    })
  })

  it('is cancelled in its session’s upstream form', async () => {
    const session_hash = desk.upstream(aliceOwner, 'abc')
    const found = await desk.ask({ ...cancel({ extra: 1 }), as: alice })
    expect(found).toMatchObject({
      outgoing: { content: { value: { session_hash, fn_index: 0, event_id: id } } },
    })
  })
})

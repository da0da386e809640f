import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../kit/json.ts'
import { learnRendered } from './learn-rendered.ts'
import { RenderedFunctions } from './rendered.ts'
import { component, renderConfig, sampleModel } from './sample-app.contract.ts'

const make = () =>
  sampleModel({
    components: [component(1, 'textbox'), component(2, 'column')],
    functions: [
      { id: 0, api_name: 'apply', inputs: [1], outputs: [2], render_id: 0, api_visibility: 'undocumented' },
      { id: 1, api_name: 'apply_1', inputs: [1], outputs: [2], render_id: 1, api_visibility: 'undocumented' },
    ],
  })
const model = make()
const fill = (id: number, api_name = 'lambda') => ({ id, api_name, inputs: [10], outputs: [1] })
const draw = (render: number, ...ids: readonly number[]) =>
  renderConfig(
    render,
    [component(10, 'image')],
    ids.map((id, at) => fill(id, `lambda_${at}`)),
  )

describe('rendered functions', () => {
  it('are known in the session that was shown them, under the name of what rendered them', () => {
    const rendered = new RenderedFunctions()
    rendered.learn('alice', draw(0, 5), model)
    expect(rendered.endpoint('alice', 5, model)).toMatchObject({
      id: 5,
      name: 'apply',
      apiName: 'lambda_0',
      group: 'apply',
      renderedBy: 0,
      inputs: [{ component: 10, type: 'image', holdsFiles: true, changes: true }],
    })
    expect(rendered.component('alice', 10, model)?.type).toBe('image')
    expect(rendered.endpoint('bob', 5, model)).toBeUndefined()
  })

  it('are forgotten when they are rendered anew, others’ are not', () => {
    const rendered = new RenderedFunctions()
    rendered.learn('alice', draw(0, 5, 6), model)
    rendered.learn('alice', draw(1, 7), model)
    rendered.learn('alice', draw(0, 8), model)
    const known = [5, 6, 7, 8].map((id) => rendered.endpoint('alice', id, model)?.name)
    expect(known).toEqual([undefined, undefined, 'apply_1', 'apply'])
  })

  it('mean nothing once the app is another one', () => {
    const rendered = new RenderedFunctions()
    rendered.learn('alice', draw(0, 5), model)
    expect(rendered.endpoint('alice', 5, make())).toBeUndefined()
  })

  it('belong, when a render stands inside another, to the function outside', () => {
    const rendered = new RenderedFunctions()
    const inner = { id: 6, api_name: 'apply_2', inputs: [], outputs: [], render_id: 9 }
    rendered.learn('alice', renderConfig(0, [], [inner]), model)
    rendered.learn('alice', draw(9, 7), model)
    expect(rendered.endpoint('alice', 7, model)).toMatchObject({ name: 'apply', renderedBy: 0 })
  })

  it('are not learnt of a render that the app doesn’t have', () => {
    const rendered = new RenderedFunctions()
    rendered.learn('alice', draw(77, 5), model)
    expect(rendered.endpoint('alice', 5, model)).toBeUndefined()
  })

  it('are forgotten of the session that was used longest ago', () => {
    const rendered = new RenderedFunctions()
    for (let at = 0; at <= 2_000; at++) rendered.learn(`s${at}`, draw(0, 5), model)
    expect(rendered.endpoint('s0', 5, model)).toBeUndefined()
    expect(rendered.endpoint('s1', 5, model)?.id).toBe(5)
  })
})

describe('what is kept of them', () => {
  it('is no more text than there is room for, and whoever sent the most goes first', () => {
    const rendered = new RenderedFunctions(1_000)
    rendered.learn('alice', draw(0, 5), model, 100)
    for (let at = 0; at < 5; at++) rendered.learn(`bob-${at}`, draw(0, 5), model, 300)
    expect(rendered.endpoint('alice', 5, model)).toBeDefined()
    const kept = [0, 1, 2, 3, 4].filter((at) => rendered.endpoint(`bob-${at}`, 5, model) !== undefined)
    expect(kept).toHaveLength(3)
    rendered.learn('carol', draw(0, 5), model, 2_000)
    expect(rendered.endpoint('carol', 5, model)).toBeUndefined()
    // What is rendered anew counts once.
    for (let at = 0; at < 20; at++) rendered.learn('alice', draw(0, 5), model, 90)
    expect(rendered.endpoint('alice', 5, model)).toBeDefined()
  })

  it('is what was used lately', () => {
    const rendered = new RenderedFunctions()
    rendered.learn('alice', draw(0, 5), model)
    for (let at = 0; at < 3_000; at++) {
      rendered.learn(`bob-${at}`, draw(0, 5), model)
      if (at % 1_000 === 0) expect(rendered.endpoint('alice', 5, model)).toBeDefined()
    }
    expect(rendered.endpoint('alice', 5, model)).toBeDefined()
    expect(rendered.endpoint('bob-0', 5, model)).toBeUndefined()
  })
})

describe('the tap that learns them', () => {
  const learnt = (from: 'stream' | 'answer', message: Json) => {
    const rendered = new RenderedFunctions()
    const tap = learnRendered({ rendered, session: 's', model: () => model, from })
    const text = JSON.stringify(message)
    // A tap sees what holds one of its marks.
    if (tap.marks.some((mark) => text.includes(mark))) {
      expect(tap.take({ text, json: () => message })).toBeUndefined()
    }
    return rendered.endpoint('s', 5, model) !== undefined
  }
  const config = draw(0, 5)
  const output: JsonObject = { data: [null], render_config: config }

  it.each([
    ['a message of completion', 'stream', { msg: 'process_completed', event_id: 'e', output }, true],
    ['an answer of /run', 'answer', output, true],
    ['a message of another kind', 'stream', { msg: 'log', output }, false],
    ['what a function returned', 'stream', { msg: 'process_completed', output: { data: [output] } }, false],
    ['what a function returned to /run', 'answer', { data: [{ render_config: config }] }, false],
    ['nothing', 'answer', { data: [], render_config: null }, false],
  ] as const)('looks at %s', (_what, from, message, expected) => {
    expect(learnt(from, message)).toBe(expected)
  })
})

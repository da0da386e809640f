import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../kit/json.ts'
import { parseStrictText, writeJson } from '../kit/strict-json.ts'
import { judgeFacts } from './find-risks.ts'
import { makeModel } from './make-model.ts'
import { parseConfig } from './read-app.ts'
import { RenderedFunctions } from './rendered.ts'
import { component } from './sample-app.contract.ts'

/** As Gradio 4.44 and 5.0 write a function. */
const older = (id: number, more: JsonObject = {}): JsonObject => ({
  ...{
    id,
    api_name: `f${id}`,
    show_api: true,
    backend_fn: true,
    queue: true,
    batch: false,
    rendered_in: null,
  },
  ...{ targets: [], trigger_after: null, cancels: [], inputs: [], outputs: [] },
  ...more,
})

function configOf(dependencies: readonly Json[], more: JsonObject = {}): JsonObject {
  const components = [component(1, 'textbox'), component(2, 'column'), component(3, 'row')]
  const config = { version: '4.44.1', app_id: 1, components, dependencies, ...more }
  return parseStrictText(writeJson(config), { depth: 100, nodes: 1e6 }) as JsonObject
}

const modelOf = (dependencies: readonly Json[], more: JsonObject = {}) =>
  makeModel({ config: configOf(dependencies, more), info: {} })

describe('an app of Gradio 4.44 or 5', () => {
  it.each<[string, JsonObject, string | undefined]>([
    ['4.44.1', {}, ''],
    ['5.0.2', { api_prefix: '/gradio_api' }, '/gradio_api'],
    ['6.31.0', { api_prefix: '/gradio_api' }, '/gradio_api'],
    ['4.44.1', { api_prefix: '/gradio_api' }, '/gradio_api'],
    ['7.0.0', { api_prefix: '/elsewhere' }, undefined],
    ['7.0.0', { api_prefix: 5 }, undefined],
  ])('has its routes where it says: %s %o', (version, more, api) => {
    expect(modelOf([], { version, ...more })?.api).toBe(api)
    expect(parseConfig(writeJson(configOf([], { version, ...more })))?.api).toBe(api)
  })

  it('hides functions by show_api, and keeps those without a name private', () => {
    const model = modelOf([
      older(0),
      older(1, { show_api: false }),
      older(2, { api_name: false, show_api: true }),
      older(3, { api_name: null }),
      older(4, { show_api: 'yes' }),
    ])
    expect([...(model?.endpoints.values() ?? [])].map((one) => [one.name, one.visibility])).toEqual([
      ['f0', 'public'],
      ['f1', 'undocumented'],
      ['unnamed:2', 'private'],
      ['unnamed:3', 'private'],
      ['f4', 'undocumented'],
    ])
  })

  it('keeps to api_visibility where there is one', () => {
    const model = modelOf([older(0, { api_visibility: 'private' }), older(1, { api_visibility: null })])
    expect([...(model?.endpoints.values() ?? [])].map((one) => one.visibility)).toEqual([
      'private',
      'private',
    ])
  })

  const renderer = older(0, { api_name: 'apply', show_api: false, inputs: [1], outputs: [2] })
  const drawn: JsonObject = {
    render_id: 0,
    layout: { id: 2, children: [{ id: 10 }] },
    components: [component(10, 'textbox')],
    dependencies: [older(7, { outputs: [10], rendered_in: 0 })],
  }

  it('renders what is told by the column that it fills', () => {
    const model = modelOf([renderer, older(1, { api_name: 'apply_1', show_api: false, outputs: [3] })])
    const rendered = new RenderedFunctions()
    if (model === undefined) throw new TypeError('no model')
    rendered.learn('alice', drawn, model)
    expect(rendered.endpoint('alice', 7, model)).toMatchObject({ name: 'apply', renderedBy: 0 })
    rendered.learn('bob', { ...drawn, layout: { id: 3 } }, model)
    expect(rendered.endpoint('bob', 7, model)?.name).toBe('apply_1')
    rendered.learn('carol', { ...drawn, layout: { id: 1 } }, model)
    expect(rendered.endpoint('carol', 7, model)).toBeUndefined()
    expect(model.endpoints.get(0)?.inputs[0]?.changes).toBe(true)
  })

  it.each<[string, JsonObject]>([
    ['that runs in the browser', { backend_fn: false }],
    ['that the API shows', { show_api: true }],
    ['of another name', { api_name: 'draw' }],
    ['that fills no column', { outputs: [1] }],
    ['that fills several things', { outputs: [2, 3] }],
    ['of a version that tells what renders', { render_id: null }],
  ])('renders nothing by a function %s', (_which, more) => {
    const model = modelOf([{ ...renderer, ...more }])
    expect(model?.endpoints.get(0)?.renders).toBe(false)
  })
})

describe('a version of Gradio', () => {
  it.each(['4.44.0', '4.44.1', '5.0.2', '5.50.0', '6.0.2', '6.31.0'])('%s is known', (gradio) => {
    expect(judgeFacts({ gradio, serverRendered: false })).toEqual([])
  })

  it.each([
    ['3.50.2', 'WebSocket'],
    ['4.43.0', 'Use one of them'],
    ['7.0.0', 'Use one of them'],
    ['', 'Use one of them'],
  ])('%s is not, which is said with a remedy', (gradio, words) => {
    const [found] = judgeFacts({ gradio, serverRendered: false })
    expect(found?.risk).toBe('gradio-unknown')
    expect(found?.words).toContain(words)
  })
})

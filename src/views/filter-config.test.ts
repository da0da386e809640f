/** What is left of a configuration is whole, and nothing of what is hidden is in it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { writeJson } from '../kit/strict-json.ts'
import { filterConfig, filterRendered } from './filter-config.ts'
import {
  allBut,
  appId,
  listOf,
  objectOf,
  planOf,
  sampleApp,
  sampleConfig,
  sampleModel,
  seen,
  type SampleFunction,
  type SampleNode,
} from './sample-app.contract.ts'
import type { Visibility } from './visibility.ts'

const objects = (value: Json | undefined) => listOf(value).map(objectOf)
const idsOf = (value: Json | undefined) => objects(value).map(({ id }) => Number(id))
const numbers = (value: Json | undefined) => (Array.isArray(value) ? (value as number[]) : [])

function layoutIds(node: Json | undefined): number[] {
  const { id, children = [] } = objectOf(node)
  return [Number(id), ...listOf(children).flatMap(layoutIds)]
}

/** Every id that points at nothing, in words. */
function danglingIn(config: JsonObject): string[] {
  const components = new Set([0, ...idsOf(config['components'])])
  const dependencies = new Set(idsOf(config['dependencies']))
  const parts = objects(config['dependencies']).flatMap((one) => [
    ...listOf(one['targets']).map((target) => Number(listOf(target)[0] ?? 0)),
    ...['inputs', 'outputs', 'show_progress_on'].flatMap((name) => numbers(one[name])),
  ])
  const events = objects(config['dependencies']).flatMap((one) => [
    ...numbers(one['cancels']),
    ...(one['trigger_after'] === null ? [] : [Number(one['trigger_after'])]),
  ])
  const pages = Object.values(objectOf(config['page'])).map(objectOf)
  return [
    ...[...parts, ...layoutIds(config['layout'])].filter((id) => !components.has(id)),
    ...events.filter((id) => !dependencies.has(id)),
    ...pages.flatMap((page) => [
      ...[...layoutIds(page['layout']), ...numbers(page['components'])].filter((id) => !components.has(id)),
      ...numbers(page['dependencies']).filter((id) => !dependencies.has(id)),
    ]),
  ].map(String)
}

/** Hides by the bits of a number, so that shrinking finds the smallest set. */
const hiding = fc.record({
  functions: fc.nat({ max: 2 ** 21 - 1 }),
  pages: fc.nat({ max: 7 }),
  components: fc.oneof(fc.constant(0), fc.nat({ max: 2 ** 30 - 1 })),
  ls: fc.boolean(),
})
type Hiding = typeof hiding extends fc.Arbitrary<infer Kind> ? Kind : never

const visibilityOf = ({ functions, pages, components, ls }: Hiding): Visibility => ({
  endpoint: ({ id }) => (functions & (1 << id)) === 0,
  page: (path) => (pages & (1 << Number(path.slice(5)))) === 0,
  component: ({ id }) => id > 30 || (components & (1 << id)) === 0,
  componentFunction: () => !ls,
  mcp: true,
})

describe('a configuration cut down to any view', { timeout: 60_000 }, () => {
  it('has no id in it that points at nothing', () => {
    fc.assert(
      fc.property(sampleApp, hiding, (config, hidden) => {
        const view = seen(config, planOf(config, visibilityOf(hidden)))
        expect(danglingIn(view)).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })

  it('names no hidden function, no hidden page and no value of a password box', () => {
    fc.assert(
      fc.property(sampleApp, hiding, (config, hidden) => {
        const model = sampleModel(config)
        const visibility = visibilityOf(hidden)
        const text = writeJson(seen(config, planOf(config, visibility)))
        for (const one of model.endpoints.values()) {
          if (one.onServer && !visibility.endpoint(one)) expect(text).not.toContain(one.name)
        }
        for (const page of model.pages)
          if (page !== '' && !visibility.page(page)) expect(text).not.toContain(page)
        expect(text).not.toContain('a-password')
        expect(text).not.toContain('/srv/private')
      }),
      { numRuns: 1_000 },
    )
  })

  it('is the same when it is cut down again', () => {
    fc.assert(
      fc.property(sampleApp, hiding, (config, hidden) => {
        const plan = planOf(config, visibilityOf(hidden))
        const once = seen(config, plan)
        expect(writeJson(seen(once, plan))).toBe(writeJson(once))
      }),
      { numRuns: 500 },
    )
  })

  it('shows no less to somebody who may do more', () => {
    fc.assert(
      fc.property(sampleApp, hiding, hiding, (config, one, other) => {
        const both = visibilityOf({
          functions: one.functions | other.functions,
          pages: one.pages | other.pages,
          components: one.components | other.components,
          ls: one.ls || other.ls,
        })
        const more = seen(config, planOf(config, visibilityOf(one)))
        const less = seen(config, planOf(config, both))
        const parts = ['components', 'dependencies']
        for (const part of parts) {
          const known = new Set(idsOf(more[part]))
          expect(idsOf(less[part]).filter((id) => !known.has(id))).toEqual([])
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('is the app’s own for somebody who may do everything, but for passwords, paths and the name', () => {
    fc.assert(
      fc.property(sampleApp, (config) => {
        const own = { ...config, components: objects(config['components']).map(withoutSecrets) }
        const view = seen(config, planOf(config, allBut([])), null)
        const shown = { ...view, components: objects(view['components']).map(withoutEditing) }
        expect(writeJson(shown)).toBe(writeJson(own))
      }),
      { numRuns: 500 },
    )
  })

  it('leaves everything editable that was, and nothing that was not', () => {
    fc.assert(
      fc.property(sampleApp, hiding, (config, hidden) => {
        const view = seen(config, planOf(config, visibilityOf(hidden)))
        const before = new Map(editable(config))
        for (const [id, is] of editable(view)) expect([id, is]).toEqual([id, before.get(id)])
      }),
      { numRuns: 1_000 },
    )
  })
})

/** As Gradio's page tells what may be edited (js/core/src/init_utils.ts 6.25). */
function editable(config: JsonObject): readonly (readonly [number, boolean])[] {
  const wires = objects(config['dependencies'])
  const inputs = new Set(wires.flatMap((one) => numbers(one['inputs'])))
  const outputs = new Set(wires.flatMap((one) => numbers(one['outputs'])))
  return objects(config['components']).map(({ id, props }) => {
    const { interactive, value } = objectOf(props)
    if (typeof interactive === 'boolean') return [Number(id), interactive]
    const empty = value === undefined || value === null || value === '' || value === 0
    return [Number(id), inputs.has(Number(id)) || (!outputs.has(Number(id)) && empty)]
  })
}

function withoutSecrets(component: JsonObject): JsonObject {
  const { root_dir: _, ...props } = objectOf(component['props'])
  if (props['type'] !== 'password') return { ...component, props }
  const { value: __, ...blank } = props
  return { ...component, props: blank }
}

/** A password box with a value can't be edited where no function uses it; without one it could. */
function withoutEditing(component: JsonObject): JsonObject {
  const { interactive: _, ...props } = objectOf(component['props'])
  return props['type'] === 'password' ? { ...component, props } : component
}

const textbox = (id: number, props: JsonObject = {}): SampleNode => ({ id, type: 'textbox', props })
const nodes = [{ id: 1, type: 'button' }, textbox(2), textbox(3), textbox(4), textbox(5)]
const open: SampleFunction = { id: 0, name: 'open', targets: [[1, 'click']], inputs: [2], outputs: [3] }
const report: SampleFunction = { id: 1, name: 'report', targets: [[2, 'submit']], outputs: [3, 4] }
const after: SampleFunction = {
  id: 2,
  name: 'after',
  targets: [[null, 'then']],
  outputs: [5],
  more: { trigger_after: 1, cancels: [0, 1], show_progress_on: [4, 5] },
}
const three = sampleConfig([{ path: '', nodes, functions: [open, report, after] }])

describe('what stays', () => {
  const view = seen(three, planOf(three, allBut(['report', 'mcp'])))

  it('points at nothing that went', () => {
    expect(objectOf(listOf(view['dependencies'])[1])).toMatchObject({
      api_name: 'after',
      trigger_after: null,
      cancels: [0],
      show_progress_on: [5],
    })
  })

  it('keeps a number of 64 bits', () => {
    expect(writeJson(view)).toContain(`"app_id":${appId},`)
  })

  it('carries the name of the asker, whatever the app said', () => {
    expect(view['username']).toBe('bob')
    expect(seen({ ...three, username: 'app' }, planOf(three, allBut([])), null)['username']).toBeNull()
  })

  it('speaks of MCP only to those who may use it', () => {
    expect(view['mcp_server']).toBe(false)
    expect(seen(three, planOf(three, allBut([])))['mcp_server']).toBe(true)
  })

  it('offers neither the API nor a history of runs to somebody who may call nothing', () => {
    expect(view['footer_links']).toEqual(['api', 'gradio', 'settings', 'runs'])
    const nothing = planOf(three, allBut(['open', 'report', 'after']))
    expect(seen(three, nothing)['footer_links']).toEqual(['gradio', 'settings'])
  })
})

describe('the main page', () => {
  it('stays as an empty one where it is hidden, since clients fall back on it', () => {
    const config = sampleConfig([
      { path: '', nodes: [textbox(1)], functions: [] },
      { path: 'open', nodes: [textbox(2)], functions: [] },
    ])
    const view = seen(config, planOf(config, allBut([], { pages: [''] })))
    expect(objectOf(view['page'])['']).toEqual({
      layout: { id: 0, children: [] },
      components: [],
      dependencies: [],
    })
    expect(view['pages']).toEqual([['open', 'open', true]])
  })
})

describe('nothing is shown', () => {
  const plan = planOf(three, allBut(['report']))

  it.each<[string, JsonObject, string]>([
    ['of another start of the app', { ...three, app_id: 7 }, 'stale'],
    ['of an app without an id', { ...three, app_id: null }, 'stale'],
    [
      'where an id means another function',
      sampleConfig([{ path: '', nodes, functions: [{ ...report, id: 0 }] }]),
      'stale',
    ],
    [
      'where an id means another component',
      sampleConfig([{ path: '', nodes: [{ id: 2, type: 'image' }], functions: [] }]),
      'stale',
    ],
    ['of a page that is hidden', { ...three, current_page: 'admin' }, 'page-hidden'],
    ['without components', { ...three, components: null }, 'unknown-form'],
    ['with functions that are none', { ...three, dependencies: [{ id: '0' }] }, 'unknown-form'],
    ['with a layout that is none', { ...three, layout: [1] }, 'unknown-form'],
    ['with pages that are none', { ...three, page: { '': [] } }, 'unknown-form'],
  ])('%s', (_, config, trouble) => {
    expect(filterConfig(config, plan, 'bob')).toBe(trouble)
  })
})

it('a component that the app does not declare, as a deep link may bring one, is left out', () => {
  const more = { id: 99, type: 'textbox', props: { value: 'rendered for somebody' } }
  const config = { ...three, components: [...listOf(three['components']), more] }
  expect(writeJson(seen(config, planOf(three, allBut([]))))).not.toContain('rendered for somebody')
})

it('Gradio’s own login page goes through with the name', () => {
  const login = { auth_required: true, page: { '': { layout: {} } }, pages: [''], current_page: '' }
  expect(seen(login, planOf(three, allBut([])), null)).toEqual({ ...login, username: null })
})

describe('what a function renders', () => {
  const draw: SampleFunction = {
    id: 3,
    name: 'draw',
    targets: [[1, 'click']],
    outputs: [5],
    more: { render_id: 0 },
  }
  const pages = [
    { path: '', nodes, functions: [open, report, draw] },
    { path: 'admin', nodes: [textbox(20)], functions: [] },
  ]
  const app = sampleConfig(pages)
  const made = sampleConfig([
    {
      path: '',
      nodes: [textbox(31, { type: 'password', value: 'a-password' })],
      functions: [
        { id: 7, name: 'drawn', targets: [[31, 'submit']], outputs: [3], more: { rendered_in: 0 } },
        { id: 8, name: 'drawn_1', targets: [[31, 'submit']], outputs: [4], more: { rendered_in: 0 } },
      ],
    },
    { path: 'admin', nodes: [], functions: [] },
  ])
  const rendered: JsonObject = {
    ...made,
    components: objects(made['components']).map((one) => ({ ...one, renderable: 0 })),
    render_id: 0,
  }
  const filter = (hidden: readonly string[]) => {
    const plan = planOf(app, allBut(hidden, { pages: ['admin'] }))
    const filtered = filterRendered(rendered, plan)
    if (typeof filtered === 'string') throw new TypeError(filtered)
    return filtered
  }

  it('stays with the function, but for passwords and hidden pages', () => {
    const view = filter([])
    expect(idsOf(view['components'])).toEqual([31])
    expect(idsOf(view['dependencies'])).toEqual([7, 8])
    expect(writeJson(view)).not.toContain('a-password')
    expect(Object.keys(objectOf(view['page']))).toEqual([''])
    expect(objectOf(objectOf(view['page'])[''])['dependencies']).toEqual([7, 8])
    expect(isJsonObject(view['layout'])).toBe(true)
  })

  it('loses what writes into components that went', () => {
    expect(idsOf(filter(['report'])['dependencies'])).toEqual([7])
  })

  it('loses its functions when what rendered it is hidden', () => {
    expect(idsOf(filter(['draw'])['dependencies'])).toEqual([])
  })
})

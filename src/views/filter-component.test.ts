/** What of each component is left. */
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../kit/json.ts'
import { writeJson } from '../kit/strict-json.ts'
import {
  allBut,
  listOf,
  objectOf,
  planOf,
  sampleConfig,
  seen,
  type SampleNode,
} from './sample-app.contract.ts'

const objects = (value: Json | undefined) => listOf(value).map(objectOf)
const textbox = (id: number, props: JsonObject = {}): SampleNode => ({ id, type: 'textbox', props })

describe('a component', () => {
  it('drops the buttons inside a component that start what is hidden', () => {
    const inside = textbox(2, { buttons: ['copy', { id: 9, value: 'Report' }, { id: 8, value: 'Open' }] })
    const config = sampleConfig([
      {
        path: '',
        nodes: [inside],
        functions: [
          { id: 0, name: 'open', targets: [[8, 'click']] },
          { id: 1, name: 'report', targets: [[9, 'click']] },
        ],
      },
    ])
    const [box] = objects(seen(config, planOf(config, allBut(['report'])))['components'])
    expect(objectOf(box?.['props'])['buttons']).toEqual(['copy', { id: 8, value: 'Open' }])
  })

  it('has only the functions of a component that may be called', () => {
    const props = { server_fns: ['ls', 'rm'] }
    const config = sampleConfig([
      { path: '', nodes: [{ id: 1, type: 'fileexplorer', props }], functions: [] },
    ])
    const [explorer] = objects(seen(config, planOf(config, allBut(['rm'])))['components'])
    expect(objectOf(explorer?.['props'])['server_fns']).toEqual(['ls'])
  })

  it('has no folder of the server in a list of examples', () => {
    const props = { component_props: [{ label: 'Text' }, { root_dir: '/srv/private', glob: '*' }] }
    const config = sampleConfig([{ path: '', nodes: [{ id: 1, type: 'dataset', props }], functions: [] }])
    const [examples] = objects(seen(config, planOf(config, allBut([])))['components'])
    expect(objectOf(examples?.['props'])['component_props']).toEqual([{ label: 'Text' }, { glob: '*' }])
  })

  it('shows the first tab where the one to begin with went', () => {
    const tab = (id: number, name: string, button: number): SampleNode => ({
      ...{ id, type: 'tabitem', props: { id: name }, children: [{ id: button, type: 'button' }] },
    })
    const tabs = { id: 1, type: 'tabs', props: { selected: 'two' } }
    const nodes = [{ ...tabs, children: [tab(2, 'one', 8), tab(3, 'two', 9)] }]
    const functions = [
      { id: 0, name: 'open', targets: [[8, 'click']] as const },
      { id: 1, name: 'report', targets: [[9, 'click']] as const },
    ]
    const config = sampleConfig([{ path: '', nodes, functions }])
    const propsFor = (hidden: readonly string[]) =>
      objectOf(objects(seen(config, planOf(config, allBut(hidden)))['components'])[0]?.['props'])
    expect(propsFor([])).toEqual({ selected: 'two' })
    expect(propsFor(['report'])).toEqual({})
  })

  it('links to no hidden page', () => {
    const links = {
      value: [
        ['Admin', '/admin/'],
        ['Its list', 'admin?list=1#top'],
        ['Docs', 'https://example.org/admin'],
      ],
    } as const
    const config = sampleConfig([
      { path: '', nodes: [{ id: 1, type: 'navbar', props: links }], functions: [] },
      { path: 'admin', nodes: [textbox(2)], functions: [] },
    ])
    const view = seen(config, planOf(config, allBut([], { pages: ['admin'] })))
    expect(writeJson(view)).not.toContain('/admin/')
    expect(writeJson(view)).not.toContain('Its list')
    expect(writeJson(view)).toContain('https://example.org/admin')
    expect(view['pages']).toEqual([['', 'Home', true]])
  })
})

/** What a view leaves out, so that the rest is whole. */
import { describe, expect, it } from 'vitest'
import { planView } from './plan.ts'
import {
  allBut,
  sampleConfig,
  sampleModel,
  type SampleFunction,
  type SampleNode,
} from './sample-app.contract.ts'

const textbox = (id: number): SampleNode => ({ id, type: 'textbox' })
const button = (id: number): SampleNode => ({ id, type: 'button' })
const column = (id: number, children: readonly SampleNode[], props = {}): SampleNode => ({
  id,
  type: 'column',
  props,
  children,
})

function staysOf(
  nodes: readonly SampleNode[],
  functions: readonly SampleFunction[],
  hidden: readonly string[],
) {
  const model = sampleModel(sampleConfig([{ path: '', nodes, functions }]))
  const plan = planView(model, allBut(hidden))
  return {
    components: [...model.components.keys()].filter((id) => plan?.removed.has(id) !== true),
    functions: [...(plan?.dependencies ?? [])].map((id) => model.endpoints.get(id)?.name),
  }
}

const click = (id: number) => [[id, 'click']] as const
const open: SampleFunction = { id: 0, name: 'open', targets: click(1), inputs: [2], outputs: [3] }
const report: SampleFunction = { id: 1, name: 'report', targets: click(4), inputs: [5], outputs: [3, 6] }
const whole = [button(1), textbox(2), textbox(3), button(4), textbox(5), textbox(6)]

describe('a hidden function', () => {
  it('takes its button, its inputs and its outputs with it, and leaves what others use', () => {
    expect(staysOf(whole, [open, report], ['report'])).toEqual({
      components: [1, 2, 3],
      functions: ['open'],
    })
  })

  it('leaves a component that no function uses', () => {
    expect(staysOf([...whole, { id: 7, type: 'markdown' }], [report], ['report']).components).toEqual([
      1, 2, 7,
    ])
  })

  it('leaves a picture that only started it', () => {
    const image: SampleNode = { id: 7, type: 'image' }
    const look: SampleFunction = { id: 2, name: 'look', targets: [[7, 'select']] }
    expect(staysOf([image], [look], ['look']).components).toEqual([7])
  })

  it('takes the row that has nothing left in it, but not the row that had nothing in it', () => {
    const nodes = [button(1), textbox(2), textbox(3), column(8, [column(9, [button(4), textbox(5)])])]
    expect(staysOf([...nodes, textbox(6), column(10, [])], [open, report], ['report']).components).toEqual([
      1, 2, 3, 10,
    ])
  })

  it('leaves an empty section that another function shows and hides', () => {
    const show: SampleFunction = { id: 2, name: 'show', targets: click(1), outputs: [8] }
    const nodes = [button(1), column(8, [button(4), textbox(5), textbox(6), textbox(3)])]
    expect(staysOf(nodes, [show, report], ['report']).components).toEqual([1, 8])
  })

  it('leaves the section that it shows and hides, where others stand in it', () => {
    const toggle: SampleFunction = { id: 2, name: 'toggle', targets: click(7), outputs: [8] }
    const nodes = [button(7), column(8, [button(1), textbox(2), textbox(3)])]
    expect(staysOf(nodes, [toggle, open], ['toggle'])).toEqual({
      components: [8, 1, 2, 3],
      functions: ['open'],
    })
  })

  it('leaves the button whose label it changes, if that runs a script', () => {
    const share: SampleFunction = { id: 0, name: 'share', targets: click(1), outputs: [1] }
    const copy = { ...share, id: 1, name: 'copy', more: { backend_fn: false, js: '() => 1' } }
    expect(staysOf([button(1)], [share, copy], ['share'])).toEqual({ components: [1], functions: ['copy'] })
    expect(staysOf([button(1)], [share], ['share']).components).toEqual([])
  })

  it('leaves the button that starts another one too', () => {
    const too: SampleFunction = { id: 2, name: 'too', targets: click(1), inputs: [5] }
    expect(staysOf([button(1), textbox(2), textbox(3), textbox(5)], [open, too], ['too']).components).toEqual(
      [1, 2, 3],
    )
  })

  it('takes the rest of its invisible section with it, which nobody could see', () => {
    const nodes = [
      button(1),
      column(8, [button(4), textbox(5), { id: 7, type: 'markdown' }], { visible: false }),
    ]
    expect(staysOf([...nodes, textbox(3), textbox(6)], [report], ['report']).components).toEqual([1])
    expect(staysOf([...nodes, textbox(3), textbox(6)], [report], []).components).toHaveLength(7)
  })

  it('takes the button that only stopped it', () => {
    const stop: SampleFunction = {
      id: 2,
      name: 'unnamed',
      targets: click(7),
      more: { backend_fn: false, cancels: [1] },
    }
    const beside: SampleFunction = {
      id: 3,
      name: 'unnamed_1',
      targets: click(7),
      more: { backend_fn: false },
    }
    expect(staysOf([...whole, button(7)], [open, report, stop, beside], ['report'])).toEqual({
      components: [1, 2, 3],
      functions: ['open'],
    })
    expect(staysOf([...whole, button(7)], [open, report, stop, beside], ['open']).functions).toEqual([
      'report',
      'unnamed',
      'unnamed_1',
    ])
  })

  it('leaves no script that reads what it read', () => {
    const script: SampleFunction = {
      id: 2,
      name: 'js_fn',
      targets: [[5, 'change']],
      inputs: [5],
      outputs: [2],
      more: { backend_fn: false, js: 'x => x' },
    }
    expect(staysOf(whole, [open, report, script], ['report'])).toEqual({
      components: [1, 2, 3],
      functions: ['open'],
    })
  })
})

describe('a script that runs after a function', () => {
  const script: SampleFunction = {
    id: 2,
    name: 'script',
    targets: [[null, 'then']],
    more: { backend_fn: false, js: 'x => x', trigger_after: 1 },
  }
  const next = { ...script, id: 3, name: 'next', more: { ...script.more, trigger_after: 2 } }
  const last = { ...next, id: 4, name: 'last', more: { trigger_after: 3 } }

  it('goes with it, since nothing could start it; what the server runs can be called by name', () => {
    const functions = [open, report, script, next, last]
    expect(staysOf(whole, functions, ['report']).functions).toEqual(['open', 'last'])
    expect(staysOf(whole, functions, ['open']).functions).toEqual(['report', 'script', 'next', 'last'])
  })
})

describe('tabs that begin with a tab of their own choice', () => {
  const tab = (id: number, name: string, children: readonly SampleNode[]): SampleNode => ({
    ...{ id, type: 'tabitem', props: { id: name }, children },
  })
  const tabs = (selected: string | null): SampleNode => ({
    ...{ id: 10, type: 'tabs', props: { selected } },
    children: [
      tab(11, 'first', [button(1), textbox(2), textbox(3)]),
      tab(12, 'second', [button(4), textbox(5), textbox(6)]),
    ],
  })
  const beginsAnew = (selected: string | null, hidden: readonly string[]) => {
    const model = sampleModel(
      sampleConfig([{ path: '', nodes: [tabs(selected)], functions: [open, report] }]),
    )
    return planView(model, allBut(hidden))?.deselected.has(10)
  }

  it('begin with the first one when that one goes', () => {
    expect(beginsAnew('second', ['report'])).toBe(true)
    expect(beginsAnew('second', ['open'])).toBe(false)
    expect(beginsAnew('first', ['report'])).toBe(false)
    expect(beginsAnew(null, ['report'])).toBe(false)
  })
})

describe('a component with functions of its own', () => {
  const explorer: SampleNode = { id: 7, type: 'fileexplorer', props: { server_fns: ['ls', 'rm'] } }
  const choose: SampleFunction = { id: 2, name: 'choose', targets: click(1), inputs: [7] }

  it('goes when none of them may be called and no function uses it', () => {
    expect(staysOf([button(1), explorer], [], ['ls', 'rm']).components).toEqual([1])
    expect(staysOf([button(1), explorer], [], ['rm']).components).toEqual([1, 7])
  })

  it('stays where a function that is shown reads it', () => {
    expect(staysOf([button(1), explorer], [choose], ['ls', 'rm']).components).toEqual([1, 7])
  })
})

describe('what may not be seen itself', () => {
  it('takes every function with it that touches it', () => {
    const model = sampleModel(sampleConfig([{ path: '', nodes: whole, functions: [open, report] }]))
    const plan = planView(model, allBut([], { components: [2] }))
    expect([...(plan?.names ?? [])]).toEqual(['report'])
    expect(plan?.removed).toEqual(new Set([1, 2]))
  })

  it('takes what stands inside it', () => {
    const nodes = [column(8, [column(9, [{ id: 7, type: 'markdown' }])]), ...whole]
    const model = sampleModel(sampleConfig([{ path: '', nodes, functions: [open] }]))
    expect(planView(model, allBut([], { components: [8] }))?.removed).toEqual(new Set([7, 8, 9]))
  })

  it('is a whole page with its functions', () => {
    const other: SampleFunction = { id: 7, name: 'other', targets: click(20), outputs: [21] }
    const model = sampleModel(
      sampleConfig([
        { path: '', nodes: whole, functions: [open, report] },
        { path: 'admin', nodes: [button(20), textbox(21)], functions: [other] },
      ]),
    )
    const plan = planView(model, allBut([], { pages: ['admin'] }))
    expect([...(plan?.names ?? [])]).toEqual(['open', 'report'])
    expect(plan?.removed).toEqual(new Set([20, 21]))
  })
})

it('there is no plan for a configuration that is not as Gradio writes it', () => {
  const config = sampleConfig([{ path: '', nodes: whole, functions: [open] }])
  const model = sampleModel(config)
  const { layout: _, ...flat } = config
  expect(planView({ ...model, config: flat }, allBut([]))).toBeUndefined()
  expect(planView({ ...model, config: { ...config, dependencies: ['open'] } }, allBut([]))).toBeUndefined()
})

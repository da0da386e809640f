/** Configurations of apps that don't exist, as Gradio 6.31 would write them. */
import fc from 'fast-check'
import { makeModel } from '../app/make-model.ts'
import type { AppModel } from '../app/model.ts'
import { isJsonObject, Numeral, type Json, type JsonObject } from '../kit/json.ts'
import { parseStrictText, writeJson } from '../kit/strict-json.ts'
import { filterConfig } from './filter-config.ts'
import { planView, type ViewPlan } from './plan.ts'
import type { Visibility } from './visibility.ts'

export interface SampleNode {
  readonly id: number
  readonly type: string
  readonly props?: JsonObject
  readonly children?: readonly SampleNode[]
}

export interface SampleFunction {
  readonly id: number
  readonly name: string
  readonly targets?: readonly (readonly [number | null, string])[]
  readonly inputs?: readonly number[]
  readonly outputs?: readonly number[]
  readonly more?: JsonObject
}

export interface SamplePage {
  readonly path: string
  readonly nodes: readonly SampleNode[]
  readonly functions: readonly SampleFunction[]
}

/** Larger than 2^53, as Gradio's are. */
export const appId = '18331719449662323894'

export function sampleConfig(pages: readonly SamplePage[], more: JsonObject = {}): JsonObject {
  const all = pages.flatMap(({ nodes }) => nodes.flatMap(flatten))
  const functions = pages.flatMap((page) => page.functions)
  const config = {
    version: '6.31.0',
    app_id: new Numeral(appId),
    footer_links: ['api', 'gradio', 'settings', 'runs'],
    mcp_server: true,
    pages: pages.map(({ path }) => [path, path === '' ? 'Home' : path, true]),
    components: all.map(({ id, type, props = {} }) => ({ id, type, props, skip_api: false })),
    dependencies: functions.map(dependency),
    layout: { id: 0, children: pages.flatMap(({ nodes }) => nodes.map(layout)) },
    page: Object.fromEntries(
      pages.map((page) => [
        page.path,
        {
          layout: { id: 0, children: page.nodes.map(layout) },
          components: page.nodes.flatMap(flatten).map(({ id }) => id),
          dependencies: page.functions.map(({ id }) => id),
        },
      ]),
    ),
    username: null,
    ...more,
  }
  return objectOf(parseStrictText(writeJson(config), { depth: 500, nodes: 1_000_000 }))
}

export function sampleModel(config: JsonObject, tools?: Json): AppModel {
  const info = { named_endpoints: {}, unnamed_endpoints: {} }
  const model = makeModel({ config, info, ...(tools !== undefined && { tools }) })
  if (model === undefined) throw new TypeError('not a configuration')
  return model
}

/** Everything, less what is named. */
export function allBut(
  names: readonly string[],
  less: { readonly pages?: readonly string[]; readonly components?: readonly number[] } = {},
): Visibility {
  return {
    endpoint: ({ name }) => !names.includes(name),
    page: (path) => less.pages?.includes(path) !== true,
    component: ({ id }) => less.components?.includes(id) !== true,
    componentFunction: (_, name) => !names.includes(name),
    mcp: !names.includes('mcp'),
  }
}

export function objectOf(value: Json | undefined): JsonObject {
  if (!isJsonObject(value)) throw new TypeError('no object')
  return value
}

export function listOf(value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) throw new TypeError('no list')
  return value as readonly Json[]
}

/** Apps of up to three pages with nested sections, and functions wired at random within their page. */
export const sampleApp: fc.Arbitrary<JsonObject> = fc
  .array(fc.array(fc.tuple(nodeKind(), fc.nat({ max: 3 })), { minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 3,
  })
  .chain((pages) =>
    fc.tuple(fc.constant(pages), fc.array(fc.nat({ max: 10_000 }), { minLength: 200, maxLength: 200 })),
  )
  .map(([pages, random]) => {
    let drawn = 0
    const draw = (below: number) => (random[drawn++ % random.length] ?? 0) % below
    let id = 0
    let functionId = 0
    return sampleConfig(
      pages.map((kinds, at) => {
        const nodes = nest(kinds.map(([kind, depth]) => ({ ...kind, id: ++id, depth })))
        const ids = nodes.flatMap(flatten).map((node) => node.id)
        const some = (most: number) => Array.from({ length: draw(most + 1) }, () => pick(ids, draw))
        const first = functionId
        const functions = Array.from({ length: draw(7) }, (): SampleFunction => {
          const own = functionId++
          const earlier = own > first ? first + draw(own - first) : undefined
          const onServer = draw(4) > 0
          return {
            id: own,
            name: `fn-${own}.`,
            targets: draw(4) === 0 ? [[0, 'load']] : [[pick(ids, draw), 'click']],
            inputs: some(3),
            outputs: some(3),
            more: {
              backend_fn: onServer,
              js: !onServer && draw(2) === 0 ? 'x => x' : null,
              cancels: earlier !== undefined && draw(4) === 0 ? [earlier] : [],
              trigger_after: earlier !== undefined && draw(3) === 0 ? earlier : null,
              show_progress_on: draw(3) === 0 ? some(2) : null,
            },
          }
        })
        return { path: at === 0 ? '' : `page-${at}`, nodes, functions }
      }),
    )
  })

function nodeKind(): fc.Arbitrary<Omit<SampleNode, 'id'>> {
  return fc.oneof(
    fc.record({ type: fc.constantFrom('textbox', 'image', 'button', 'markdown', 'state') }),
    fc.record({
      type: fc.constant('textbox'),
      props: fc.record({ type: fc.constant('password'), value: fc.constant('a-password') }),
    }),
    fc.record({
      type: fc.constant('column'),
      props: fc.record({ visible: fc.constantFrom<boolean | string>(true, false, 'hidden') }),
    }),
    fc.record({
      type: fc.constant('fileexplorer'),
      props: fc.record({ server_fns: fc.constant(['ls']), root_dir: fc.constant('/srv/private') }),
    }),
    fc.record({ type: fc.constant('dropdown'), props: fc.record({ value: fc.constantFrom('a', '', 0) }) }),
  )
}

type Flat = SampleNode & { readonly depth: number }

/** A column takes as many of what follows it as its depth says. */
function nest(flat: readonly Flat[]): readonly SampleNode[] {
  const [first, ...others] = flat
  if (first === undefined) return []
  const { depth, ...node } = first
  if (node.type !== 'column') return [node, ...nest(others)]
  return [{ ...node, children: nest(others.slice(0, depth)) }, ...nest(others.slice(depth))]
}

function pick(ids: readonly number[], draw: (below: number) => number): number {
  return ids[draw(ids.length)] ?? 0
}

function flatten(node: SampleNode): readonly SampleNode[] {
  return [node, ...(node.children ?? []).flatMap(flatten)]
}

function layout(node: SampleNode): Json {
  const { id, children } = node
  return children === undefined ? { id } : { id, children: children.map(layout) }
}

function dependency({ id, name, targets = [], inputs = [], outputs = [], more = {} }: SampleFunction): Json {
  return {
    id,
    targets,
    inputs,
    outputs,
    backend_fn: true,
    js: null,
    api_name: name,
    cancels: [],
    trigger_after: null,
    show_progress_on: null,
    api_visibility: 'public',
    rendered_in: null,
    render_id: null,
    ...more,
  }
}

export function planOf(config: JsonObject, visibility: Visibility): ViewPlan {
  const plan = planView(sampleModel(config), visibility)
  if (plan === undefined) throw new TypeError('no plan')
  return plan
}

/** What somebody with this plan is shown of it. */
export function seen(config: JsonObject, plan: ViewPlan, username: Json = 'bob'): JsonObject {
  const filtered = filterConfig(config, plan, username)
  if (typeof filtered === 'string') throw new TypeError(filtered)
  return filtered
}

/** Configurations of made-up apps, written as Gradio 6.31 writes them. */
import type { Json, JsonObject } from '../kit/json.ts'
import { parseStrictText, writeJson } from '../kit/strict-json.ts'
import { makeModel, type DeclaredModel } from './make-model.ts'

export interface SampleFunction {
  readonly id: number
  readonly api_name: string
  readonly inputs?: readonly number[]
  readonly outputs?: readonly number[]
  readonly [more: string]: Json | undefined
}

export interface SampleApp {
  readonly components: readonly JsonObject[]
  readonly functions: readonly SampleFunction[]
  readonly pages?: readonly string[]
  /** By endpoint: names of its parameters, or a parameter as `/info` tells it. */
  readonly info?: Readonly<Record<string, readonly (string | JsonObject)[]>>
  readonly more?: JsonObject
}

const fileSchema = { properties: { meta: { default: { _type: 'gradio.FileData' } } } }

export function component(id: number, type: string, props: JsonObject = {}): JsonObject {
  const skipped = ['button', 'column', 'row', 'state'].includes(type)
  const schema = ['image', 'file', 'gallery', 'chatbot'].includes(type) ? fileSchema : { type: 'string' }
  return {
    ...{ id, type, props: { name: type, ...props }, skip_api: skipped },
    ...(!skipped && { api_info: schema, api_info_as_input: schema, api_info_as_output: schema }),
  }
}

export function dependency({ inputs = [], outputs = [], ...rest }: SampleFunction): JsonObject {
  const defined = Object.entries(rest).filter((one): one is [string, Json] => one[1] !== undefined)
  return {
    ...{ api_visibility: 'public', backend_fn: true, queue: true, batch: false, connection: 'sse' },
    ...{ targets: [], trigger_after: null, render_id: null, rendered_in: null, cancels: [] },
    ...{ component_prop_inputs: [], inputs, outputs },
    ...Object.fromEntries(defined),
  }
}

export function sampleConfig({ components, functions, pages = [''], more }: SampleApp): JsonObject {
  const ids = {
    components: components.flatMap(({ id }) => id ?? []),
    dependencies: functions.map(({ id }) => id),
  }
  const config = {
    ...{ version: '6.31.0', app_id: 18331719, mode: 'blocks', components },
    dependencies: functions.map((one) => dependency(one)),
    pages: pages.map((path) => [path, path, true]),
    page: Object.fromEntries(pages.map((path) => [path, path === '' ? ids : {}])),
    ...more,
  }
  // As it comes from the wire: objects without a prototype.
  return parseStrictText(writeJson(config), { depth: 100, nodes: 1e6 }) as JsonObject
}

export function sampleModel(app: SampleApp): DeclaredModel {
  const named = Object.entries(app.info ?? {}).map(([name, parameters]): [string, JsonObject] => [
    `/${name}`,
    {
      parameters: parameters.map((one) =>
        typeof one === 'string'
          ? { parameter_name: one, label: one, parameter_has_default: false, parameter_default: null }
          : one,
      ),
    },
  ])
  const info = { named_endpoints: Object.fromEntries(named) }
  const model = makeModel({ config: sampleConfig(app), info })
  if (model === undefined) throw new TypeError('The sample is no app.')
  return model
}

/** What `gr.render` sends: its components and functions. */
export function renderConfig(
  id: number,
  components: readonly JsonObject[],
  functions: readonly SampleFunction[],
): JsonObject {
  return {
    render_id: id,
    components: components.map((one) => ({ ...one, renderable: id, rendered_in: id })),
    dependencies: functions.map((one) => ({ ...dependency(one), rendered_in: id })),
  }
}

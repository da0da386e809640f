/** The app's `/config` (gradio/blocks.py 6.31, get_config), as far as checks read it. */
import { z } from 'zod'

export interface AppComponent {
  readonly id: number
  readonly type: string
  readonly props: Readonly<Record<string, unknown>>
}

/** One event handler of the app. */
export interface AppFunction {
  readonly id: number
  readonly name: string
  readonly visibility: 'public' | 'undocumented' | 'private'
  /** False: it runs in the browser only. */
  readonly onServer: boolean
  readonly batch: boolean
  readonly triggers: readonly number[]
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

export interface AppConfig {
  readonly version: string
  readonly showError: boolean
  readonly devMode: boolean
  readonly vibeMode: boolean
  readonly mcpServer: boolean
  readonly spaceId: string | undefined
  readonly maxFileSize: number | undefined
  readonly components: readonly AppComponent[]
  readonly functions: readonly AppFunction[]
  /** Components inside a part of the page that is hidden. */
  readonly hidden: ReadonlySet<number>
  /** All else that a visitor gets, as it stands there: scripts, styles, head, functions. */
  readonly others: Readonly<Record<string, unknown>>
}

/** Words of the app stand in findings; none of them may fill a screen. */
const longestWord = 100
/** Real pages have some twenty layers. */
const deepest = 500

const flag = z.boolean().catch(false)
const numbers = z.array(z.number()).catch([])
const word = z.string().transform((text) => text.slice(0, longestWord))
const component = z.object({
  id: z.number(),
  type: word,
  props: z.record(z.string(), z.unknown()).catch({}),
})
// Before Gradio 6 a function had no visibility (api_name and show_api told), before 4 no id (its place told).
const dependency = z.object({
  id: z.number().optional().catch(undefined),
  api_name: z.union([word, z.literal(false), z.null()]).catch(null),
  show_api: z.boolean().catch(true),
  api_visibility: z.enum(['public', 'undocumented', 'private']).optional().catch(undefined),
  backend_fn: flag,
  batch: flag,
  targets: z.array(z.tuple([z.number().nullable()]).rest(z.unknown())).catch([]),
  inputs: numbers,
  outputs: numbers,
})

interface LayoutNode {
  readonly id: number
  readonly children?: readonly LayoutNode[] | undefined
}
const layoutNode: z.ZodType<LayoutNode> = z.lazy(() =>
  z.object({ id: z.number(), children: z.array(layoutNode).optional() }),
)
const page = z.object({ layout: layoutNode.optional().catch(undefined) })

const shape = z.looseObject({
  version: word,
  show_error: flag,
  dev_mode: flag,
  vibe_mode: flag,
  mcp_server: flag,
  space_id: z.string().nullable().catch(null),
  max_file_size: z.number().nullable().catch(null),
  components: z.array(component),
  dependencies: z.array(z.unknown()).catch([]),
  layout: layoutNode.optional().catch(undefined),
  page: z.record(z.string(), page).catch({}),
})

/** Undefined when it isn't Gradio's. */
export function parseAppConfig(text: string): AppConfig | undefined {
  const json = readJson(text)
  const parsed = isTooDeep(json) ? undefined : shape.safeParse(json)
  if (parsed?.success !== true) return undefined
  const { data } = parsed
  const { components: _components, ...others } = data
  const layouts = [data.layout, ...Object.values(data.page).map((one) => one.layout)]
  return {
    version: data.version.trim(),
    showError: data.show_error,
    devMode: data.dev_mode,
    vibeMode: data.vibe_mode,
    mcpServer: data.mcp_server,
    spaceId: data.space_id ?? undefined,
    maxFileSize: data.max_file_size ?? undefined,
    components: data.components,
    // One that can't be read takes no other along.
    functions: data.dependencies.flatMap((one, place) => readFunction(one, place)),
    hidden: findHidden(layouts, data.components),
    others,
  }
}

function readFunction(given: unknown, place: number): readonly AppFunction[] {
  const { success, data: one } = dependency.safeParse(given)
  if (!success) return []
  const documented = one.show_api ? 'public' : 'undocumented'
  return [
    {
      id: one.id ?? place,
      name: typeof one.api_name === 'string' ? one.api_name : '',
      visibility: one.api_visibility ?? (one.api_name === false ? 'private' : documented),
      onServer: one.backend_fn,
      batch: one.batch,
      triggers: one.targets.flatMap(([id]) => (id === null ? [] : [id])),
      inputs: one.inputs,
      outputs: one.outputs,
    },
  ]
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Who reads it afterwards calls itself for each layer; layer by layer needs no such depth. */
function isTooDeep(json: unknown): boolean {
  let layer = [json]
  for (let depth = 0; layer.length > 0; depth++) {
    if (depth > deepest) return true
    layer = layer.flatMap((one) =>
      typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : [],
    )
  }
  return false
}

/** Not what is hidden itself, which apps do to have a name for their API, but what lies inside a hidden part. */
function findHidden(
  layouts: readonly (LayoutNode | undefined)[],
  components: readonly AppComponent[],
): ReadonlySet<number> {
  const invisible = new Set(components.filter(({ props }) => props['visible'] === false).map(({ id }) => id))
  const hidden = new Set<number>()
  const walk = (node: LayoutNode, inside: boolean) => {
    if (inside) hidden.add(node.id)
    for (const child of node.children ?? []) walk(child, inside || invisible.has(node.id))
  }
  for (const layout of layouts) if (layout !== undefined) walk(layout, false)
  return hidden
}

/** Buttons of several kinds are all of the type `button`; their words tell one from the other. */
export function nameButton({ id, props }: AppComponent): string {
  const { value } = props
  return typeof value === 'string' ? `button "${value.slice(0, 40)}"` : `button no. ${String(id)}`
}

/** How a component is named to its author: kind and label. */
export function nameComponent({ id, type, props }: AppComponent): string {
  const label = props['label']
  return typeof label === 'string' && label !== ''
    ? `${type} "${label.slice(0, 40)}"`
    : `${type} no. ${String(id)}`
}

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
}

const flag = z.boolean().catch(false)
const numbers = z.array(z.number()).catch([])
const component = z.object({
  id: z.number(),
  type: z.string(),
  props: z.record(z.string(), z.unknown()).catch({}),
})
const dependency = z.object({
  id: z.number(),
  api_name: z.union([z.string(), z.literal(false), z.null()]).catch(null),
  api_visibility: z.enum(['public', 'undocumented', 'private']).catch('public'),
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

const shape = z.object({
  version: z.string(),
  show_error: flag,
  dev_mode: flag,
  vibe_mode: flag,
  mcp_server: flag,
  space_id: z.string().nullable().catch(null),
  max_file_size: z.number().nullable().catch(null),
  components: z.array(component),
  dependencies: z.array(dependency).catch([]),
  layout: layoutNode.optional().catch(undefined),
  page: z.record(z.string(), page).catch({}),
})

/** Undefined when it isn't Gradio's. */
export function parseAppConfig(text: string): AppConfig | undefined {
  const parsed = shape.safeParse(readJson(text))
  if (!parsed.success) return undefined
  const { data } = parsed
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
    functions: data.dependencies.map((one) => ({
      id: one.id,
      name: typeof one.api_name === 'string' ? one.api_name : '',
      visibility: one.api_visibility,
      onServer: one.backend_fn,
      batch: one.batch,
      triggers: one.targets.flatMap(([id]) => (id === null ? [] : [id])),
      inputs: one.inputs,
      outputs: one.outputs,
    })),
    hidden: findHidden(layouts, data.components),
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
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

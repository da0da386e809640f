/** The plan of a view: what of the app's configuration one kind of asker gets to see. Made once, applied often. */
import type { AppModel, Component } from '../app/model.ts'
import { isJsonObject, type JsonObject } from '../kit/json.ts'
import { isNeverShown, prune } from './prune.ts'
import type { Visibility } from './visibility.ts'
import { meaningOf, readLayout, readWires, type LayoutNode, type Wire } from './wiring.ts'

/** Which components a page makes editable follows from these (js/core/src/init_utils.ts 6.25). */
export interface Wired {
  readonly inputs: ReadonlySet<number>
  readonly outputs: ReadonlySet<number>
}

export interface ViewPlan {
  readonly model: AppModel
  readonly pages: ReadonlySet<string>
  /** Dependencies that stay. */
  readonly dependencies: ReadonlySet<number>
  /** `api_name`s of those that stay and run on the server. */
  readonly names: ReadonlySet<string>
  /** Components that go, and the buttons inside components. */
  readonly removed: ReadonlySet<number>
  /** What goes may also render: by `render_id`. */
  readonly hiddenRenders: ReadonlySet<number>
  readonly before: Wired
  readonly after: Wired
  /** By component: the server functions that stay; absent where all do. */
  readonly serverFunctions: ReadonlyMap<number, readonly string[]>
  /** Of components that show one of several sections at first: those whose first one goes. */
  readonly deselected: ReadonlySet<number>
  readonly mcp: boolean
  readonly described?: (id: number, component: JsonObject) => JsonObject
  /** What the ids meant when the plan was made. */
  readonly meanings: ReadonlyMap<number, string>
  readonly root: number
}

/** Undefined: the app's configuration is not as Gradio writes it, and nothing of it may be shown. */
export function planView(model: AppModel, visibility: Visibility): ViewPlan | undefined {
  const wires = readWires(model.config['dependencies'])
  const layout = readLayout(model.config['layout'])
  if (wires === undefined || layout === undefined) return undefined
  const pages = new Set(model.pages.filter((path) => visibility.page(path)))
  const stand = (paths: readonly string[]) => paths.length === 0 || paths.some((path) => pages.has(path))

  const hidden = wires.filter(({ id, onServer }) => {
    const endpoint = model.endpoints.get(id)
    return endpoint === undefined || !stand(endpoint.pages) || (onServer && !visibility.endpoint(endpoint))
  })
  const secret = [...model.components.values()].filter(
    (component) => !stand(component.pages) || !visibility.component(component),
  )
  const serverFunctions = allowedFunctions(model, visibility)
  const { kept, removed } = prune({
    wires,
    layout,
    components: model.components,
    hidden: new Set(hidden.map(({ id }) => id)),
    secret: new Set(secret.map(({ id }) => id)),
    useless: new Set([...serverFunctions].filter(([, names]) => names.length === 0).map(([id]) => id)),
    neverShown: neverShownOf(layout, model.components),
  })
  const staying = wires.filter(({ id }) => kept.has(id))
  const going = wires.filter(({ id }) => !kept.has(id))
  return {
    model,
    pages,
    dependencies: kept,
    names: new Set(staying.filter(({ onServer }) => onServer).map(({ name }) => name)),
    removed,
    hiddenRenders: new Set(going.flatMap(({ renders }) => renders ?? [])),
    before: wiredBy(wires),
    after: wiredBy(staying),
    serverFunctions,
    deselected: deselectedIn(layout, model.components, removed),
    mcp: visibility.mcp,
    ...(visibility.described !== undefined && { described: visibility.described }),
    meanings: new Map(wires.map((wire) => [wire.id, meaningOf(wire)])),
    root: layout.id,
  }
}

/** Textbox and whatever else calls itself so: what is typed there shall not be read, nor what stood there before. */
export function isPasswordBox(component: Pick<Component, 'props'>): boolean {
  return component.props['type'] === 'password'
}

function wiredBy(wires: readonly Wire[]): Wired {
  return {
    inputs: new Set(wires.flatMap(({ inputs }) => inputs)),
    outputs: new Set(wires.flatMap(({ outputs }) => outputs)),
  }
}

function allowedFunctions(model: AppModel, visibility: Visibility): Map<number, readonly string[]> {
  const some = new Map<number, readonly string[]>()
  for (const component of model.components.values()) {
    const allowed = component.serverFunctions.filter((name) => visibility.componentFunction(component, name))
    if (allowed.length < component.serverFunctions.length) some.set(component.id, allowed)
  }
  return some
}

/** Tabs and walkthroughs name the section by its own `id`; without a name they show the first (gradio/layouts/tabs.py 6.31). */
function deselectedIn(
  layout: LayoutNode,
  components: AppModel['components'],
  removed: ReadonlySet<number>,
): ReadonlySet<number> {
  const found = new Set<number>()
  const visit = ({ id, children }: LayoutNode): void => {
    const selected = components.get(id)?.props['selected'] ?? null
    const isSelected = (child: LayoutNode) => components.get(child.id)?.props['id'] === selected
    if (selected !== null && children.some((child) => isSelected(child) && removed.has(child.id)))
      found.add(id)
    children.forEach(visit)
  }
  visit(layout)
  return found
}

function neverShownOf(
  layout: LayoutNode,
  components: AppModel['components'],
): ReadonlyMap<number, LayoutNode> {
  const found = new Map<number, LayoutNode>()
  const visit = (node: LayoutNode): void => {
    const props = components.get(node.id)?.props
    if (node.children.length > 0 && isJsonObject(props) && isNeverShown(props)) found.set(node.id, node)
    node.children.forEach(visit)
  }
  visit(layout)
  return found
}

/** Cuts Gradio's configuration down to a plan: `/config`, what pages have inlined, and what functions render. */
import { isJsonList, isJsonObject, Numeral, type Json, type JsonObject } from '../kit/json.ts'
import { filterComponent } from './filter-component.ts'
import type { ViewPlan } from './plan.ts'
import { integer, integers, meaningOf, readWire, readWires, type Wire } from './wiring.ts'

/**
 * `unreadable`: no JSON, or none that has one meaning; `unknown-form`: not what Gradio writes here; `stale`: of another
 * start or state of the app than the plan; `page-hidden`: of a page that isn't in the plan.
 */
export type ViewTrouble = 'unreadable' | 'unknown-form' | 'stale' | 'page-hidden'

/** `username` stands in for the asker's name, which is put in later. */
export function filterConfig(config: JsonObject, plan: ViewPlan, username: Json): JsonObject | ViewTrouble {
  const current = config['current_page']
  if (current !== undefined && (typeof current !== 'string' || !plan.pages.has(current))) return 'page-hidden'
  // Gradio's own login page (routes.py 6.31, main): it has no components, but the schema of all functions beside it.
  if (config['auth_required'] === true) return { ...config, username }
  const stale = findStale(config, plan)
  if (stale !== undefined) return stale
  const parts = filterParts(config, plan, (wire) => plan.dependencies.has(wire.id))
  if (typeof parts === 'string') return parts
  return { ...config, ...parts, ...filterFrame(config, plan), username }
}

/** `render_config` of an answer (gradio/blocks.py 6.31, call_function's caller): made for one session, ids of its own. */
export function filterRendered(config: JsonObject, plan: ViewPlan): JsonObject | ViewTrouble {
  const parts = filterParts(config, plan, ({ renderedIn, targets, inputs, outputs }) => {
    if (renderedIn !== undefined && plan.hiddenRenders.has(renderedIn)) return false
    return ![targets, inputs, outputs].some((ids) => ids.some((id) => plan.removed.has(id)))
  })
  return typeof parts === 'string' ? parts : { ...config, ...parts }
}

/** The same id may mean something else after a reload: nothing is judged by a plan that was made for something else. */
function findStale(config: JsonObject, plan: ViewPlan): ViewTrouble | undefined {
  const { model } = plan
  if (textOf(config['app_id']) !== model.appId) return 'stale'
  const wires = readWires(config['dependencies'])
  if (wires === undefined) return 'unknown-form'
  if (wires.some((wire) => plan.meanings.get(wire.id) !== meaningOf(wire))) return 'stale'
  if (!isJsonList(config['components'])) return 'unknown-form'
  for (const component of config['components']) {
    const id = isJsonObject(component) ? integer(component['id']) : undefined
    if (!isJsonObject(component) || id === undefined) return 'unknown-form'
    const known = model.components.get(id)
    // A deep link may bring components that were rendered in some session; they are left out.
    if (known !== undefined && known.type !== component['type']) return 'stale'
  }
  return undefined
}

/** Numbers beyond 2^53 are numerals. */
function textOf(appId: Json | undefined): string {
  if (appId instanceof Numeral) return appId.text
  return typeof appId === 'number' ? String(appId) : ''
}

function filterParts(
  config: JsonObject,
  plan: ViewPlan,
  stays: (wire: Wire) => boolean,
): JsonObject | ViewTrouble {
  const dependencies = filterDependencies(config['dependencies'], plan, stays)
  const components = filterComponents(config['components'], plan)
  const layout = filterLayout(config['layout'], plan)
  if (dependencies === undefined || components === undefined || layout === undefined) return 'unknown-form'
  const kept = new Set(dependencies.map(({ id }) => id))
  const page = filterPageMap(config['page'], plan, kept)
  if (page === undefined) return 'unknown-form'
  return {
    components,
    dependencies: dependencies.map(({ config: one }) => one),
    layout,
    ...(config['page'] !== undefined && { page }),
  }
}

function filterDependencies(given: Json | undefined, plan: ViewPlan, stays: (wire: Wire) => boolean) {
  if (!isJsonList(given)) return undefined
  const kept: { readonly id: number; readonly config: JsonObject }[] = []
  for (const one of given) {
    const wire = readWire(one)
    if (wire === undefined || !isJsonObject(one)) return undefined
    if (stays(wire)) kept.push({ id: wire.id, config: one })
  }
  const ids = new Set(kept.map(({ id }) => id))
  const isHidden = (id: number) => plan.meanings.has(id) && !plan.dependencies.has(id) && !ids.has(id)
  return kept.map(({ id, config }) => ({ id, config: filterReferences(config, plan, isHidden) }))
}

/** Nothing points at what is gone; what follows something that is gone never starts, as in Gradio itself. */
function filterReferences(
  config: JsonObject,
  plan: ViewPlan,
  isHidden: (dependency: number) => boolean,
): JsonObject {
  const after = integer(config['trigger_after'])
  const cancels = integers(config['cancels'])
  const shown = integers(config['show_progress_on'])
  return {
    ...config,
    ...(after !== undefined && isHidden(after) && { trigger_after: null }),
    ...(cancels !== undefined && { cancels: cancels.filter((id) => !isHidden(id)) }),
    ...(shown !== undefined && { show_progress_on: shown.filter((id) => !plan.removed.has(id)) }),
  }
}

function filterComponents(given: Json | undefined, plan: ViewPlan): readonly JsonObject[] | undefined {
  if (!isJsonList(given)) return undefined
  const kept: JsonObject[] = []
  for (const one of given) {
    const id = isJsonObject(one) ? integer(one['id']) : undefined
    if (id === undefined || !isJsonObject(one)) return undefined
    const isKnown = plan.model.components.has(id) || one['renderable'] !== undefined
    if (isKnown && !plan.removed.has(id))
      kept.push(filterComponent(id, plan.described?.(id, one) ?? one, plan))
  }
  return kept
}

/** The root of a page has no component, and stays. */
function filterLayout(given: Json | undefined, plan: ViewPlan): JsonObject | undefined {
  if (!isJsonObject(given)) return undefined
  const children = given['children']
  if (children === undefined) return given
  if (!isJsonList(children)) return undefined
  const kept: JsonObject[] = []
  for (const child of children) {
    const id = isJsonObject(child) ? integer(child['id']) : undefined
    if (id === undefined) return undefined
    if (plan.removed.has(id)) continue
    const filtered = filterLayout(child, plan)
    if (filtered === undefined) return undefined
    kept.push(filtered)
  }
  return { ...given, children: kept }
}

/** Clients fall back on the main page where they look for another: it stays, empty if need be (client.ts 2.7). */
function filterPageMap(
  given: Json | undefined,
  plan: ViewPlan,
  dependencies: ReadonlySet<number>,
): JsonObject | undefined {
  if (given === undefined) return {}
  if (!isJsonObject(given)) return undefined
  const pages: [string, JsonObject][] = []
  for (const [path, page] of Object.entries(given)) {
    if (!isJsonObject(page)) return undefined
    if (!plan.pages.has(path)) {
      if (path === '') pages.push([path, emptyPage(page, plan)])
      continue
    }
    const layout = filterLayout(page['layout'], plan)
    const components = integers(page['components'])
    const wires = integers(page['dependencies'])
    if (layout === undefined || components === undefined || wires === undefined) return undefined
    pages.push([
      path,
      {
        ...page,
        layout,
        components: components.filter((id) => !plan.removed.has(id)),
        // All pages are listed on each, with what stands on them (routes.py 6.31, get_page_config).
        dependencies: wires.filter((id) => plan.dependencies.has(id) || dependencies.has(id)),
      },
    ])
  }
  return Object.fromEntries(pages)
}

function emptyPage(page: JsonObject, plan: ViewPlan): JsonObject {
  return { ...page, layout: { id: plan.root, children: [] }, components: [], dependencies: [] }
}

/** The page around the components. */
function filterFrame(config: JsonObject, plan: ViewPlan): JsonObject {
  const { pages, footer_links: links } = config
  return {
    ...(isJsonList(pages) && {
      pages: pages.filter((page) => {
        const path = isJsonList(page) ? page[0] : page
        return typeof path === 'string' && plan.pages.has(path)
      }),
    }),
    // Neither a description of the API nor a history of runs where nothing can be called.
    ...(isJsonList(links) && hidesAll(plan) && { footer_links: links.filter((link) => !isOfCalls(link)) }),
    ...(config['mcp_server'] === true && !plan.mcp && { mcp_server: false }),
  }
}

function hidesAll({ names, model }: ViewPlan): boolean {
  return names.size === 0 && [...model.endpoints.values()].some(({ onServer }) => onServer)
}

function isOfCalls(link: Json): boolean {
  return link === 'api' || link === 'runs'
}

/** What of one component's description leaves the gate. */
import { isJsonList, isJsonObject, Numeral, type Json, type JsonObject } from '../kit/json.ts'
import { without } from '../kit/map-json.ts'
import { isPasswordBox, type ViewPlan, type Wired } from './plan.ts'
import { integer, integers } from './wiring.ts'

export function filterComponent(id: number, component: JsonObject, plan: ViewPlan): JsonObject {
  const given = component['props']
  if (!isJsonObject(given)) return component
  const props = [
    blankPassword,
    dropServerPaths,
    (one: JsonObject) => keepFunctions(one, plan.serverFunctions.get(id)),
    (one: JsonObject) => dropReferences(one, plan),
    (one: JsonObject) => (component['type'] === 'navbar' ? keepPages(one, plan) : one),
    (one: JsonObject) => (plan.deselected.has(id) ? without(one, 'selected') : one),
  ].reduce((one, change) => change(one), given)
  const settled = keepEditing(id, given, props, plan)
  return settled === given ? component : { ...component, props: settled }
}

/** A password that the author put there is sent to every browser otherwise. */
function blankPassword(props: JsonObject): JsonObject {
  return isPasswordBox({ props }) ? without(props, 'value') : props
}

/** Gradio's page compares the folder with itself, and has no use for what it says (FileExplorer 6.31). */
function dropServerPaths(props: JsonObject): JsonObject {
  const own = without(props, 'root_dir')
  // A list of examples has the properties of what it fills (gradio/components/dataset.py 6.31).
  const filled = own['component_props']
  const isTelling = (one: Json): one is JsonObject => isJsonObject(one) && one['root_dir'] !== undefined
  if (!isJsonList(filled) || !filled.some(isTelling)) return own
  return {
    ...own,
    component_props: filled.map((one) => (isTelling(one) ? without(one, 'root_dir') : one)),
  }
}

function keepFunctions(props: JsonObject, allowed: readonly string[] | undefined): JsonObject {
  return allowed === undefined ? props : { ...props, server_fns: allowed }
}

/** Buttons inside a component have ids, and so have the components that a list of examples fills. */
function dropReferences(props: JsonObject, plan: ViewPlan): JsonObject {
  const { buttons, component_ids: fills } = props
  const isGone = (one: Json) => {
    const id = isJsonObject(one) ? integer(one['id']) : undefined
    return id !== undefined && plan.removed.has(id)
  }
  let changed = props
  if (isJsonList(buttons) && buttons.some(isGone)) {
    changed = { ...changed, buttons: buttons.filter((one) => !isGone(one)) }
  }
  const ids = integers(fills)
  if (ids?.some((id) => plan.removed.has(id)) === true) {
    changed = { ...changed, component_ids: ids.filter((id) => !plan.removed.has(id)) }
  }
  return changed
}

/** Links that the author added to the bar: `[label, path]` (gradio/components/navbar.py 6.31). */
function keepPages(props: JsonObject, plan: ViewPlan): JsonObject {
  const links = props['value']
  if (!isJsonList(links)) return props
  const hidden = new Set(plan.model.pages.filter((path) => !plan.pages.has(path)))
  const kept = links.filter((link) => {
    const path = isJsonList(link) ? link[1] : undefined
    return typeof path !== 'string' || !hidden.has(path.replace(/[?#].*$/s, '').replace(/^\/+|\/+$/g, ''))
  })
  return kept.length === links.length ? props : { ...props, value: kept }
}

/** What can't be edited doesn't become so because the function that writes it is gone, and the other way round. */
function keepEditing(id: number, given: JsonObject, props: JsonObject, plan: ViewPlan): JsonObject {
  // What is rendered at run time is wired by the page itself.
  if (typeof props['interactive'] === 'boolean' || !plan.model.components.has(id)) return props
  const before = isEditable(id, given['value'], plan.before)
  return before === isEditable(id, props['value'], plan.after) ? props : { ...props, interactive: before }
}

/** As the page decides it where the author didn't (js/core/src/init_utils.ts 6.25, determine_interactivity). */
function isEditable(id: number, value: Json | undefined, { inputs, outputs }: Wired): boolean {
  if (inputs.has(id)) return true
  return !outputs.has(id) && isNothing(value)
}

function isNothing(value: Json | undefined): boolean {
  if (isJsonList(value)) return value.length === 0
  if (value instanceof Numeral) return Number(value) === 0
  return value === undefined || value === null || value === false || value === '' || value === 0
}

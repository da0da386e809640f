/** Functions of the app, from its configuration (gradio/block_function.py 6.31, get_config). */
import type { JsonObject } from '../kit/json.ts'
import { makeSlot, undeclaredSlot, type DeclaredComponent } from './components.ts'
import { idIn, idsIn, objectsIn, textIn } from './config-fields.ts'
import type { Endpoint, Parameter, Slot } from './model.ts'
import { renderedInto } from './rendered-into.ts'

export interface Surroundings {
  readonly component: (id: number) => DeclaredComponent | undefined
  /** Whether what is declared of a component may change at run time. */
  readonly changes: (id: number) => boolean
  /** What `/info` says of an endpoint; absent for private and rendered ones. */
  readonly info: (name: string) => JsonObject | undefined
  readonly pages: (id: number) => readonly string[]
}

/** Undefined when it is not as Gradio declares a function. */
export function readEndpoint(declared: JsonObject, around: Surroundings): Endpoint | undefined {
  const id = idIn(declared, 'id')
  if (id === undefined) return undefined
  // Before Gradio 6 a function could be without a name; no client can use this one.
  const name = textIn(declared, 'api_name') ?? `unnamed:${id}`
  const asProps = new Set(idsIn(declared, 'component_prop_inputs'))
  const inputIds = idsIn(declared, 'inputs')
  // A `js` handler in front of the function sends what it likes in the place of what the components hold.
  const before = typeof declared['js'] === 'string' ? { ...around, changes: () => true } : around
  const slots = inputIds.map((one, at) => slotOf(one, 'input', before, asProps.has(at)))
  const results = idsIn(declared, 'outputs').map((one) => slotOf(one, 'output', around, false))
  const renderId = idIn(declared, 'render_id')
  const container = renderedInto(declared, (one) => around.component(one)?.type)
  return {
    id,
    name,
    visibility: visibilityOf(declared),
    group: name,
    onServer: declared['backend_fn'] === true,
    inputs: slots,
    outputs: results,
    parameters: readParameters(
      inputIds.map((one) => around.component(one)),
      around.info(name),
    ),
    queued: declared['queue'] !== false,
    batch: declared['batch'] === true,
    fed: declared['connection'] === 'stream',
    stateful: [...slots, ...results].some((slot) => slot.isState),
    renders: renderId !== undefined || container !== undefined,
    ...(renderId !== undefined && { renderId }),
    ...(container !== undefined && { rendersInto: container }),
    pages: around.pages(id),
  }
}

function slotOf(id: number, direction: 'input' | 'output', around: Surroundings, asProps: boolean): Slot {
  const component = around.component(id)
  if (component === undefined) return undeclaredSlot(id, direction)
  return makeSlot(component, direction, around.changes(id), asProps)
}

function visibilityOf(declared: JsonObject): Endpoint['visibility'] {
  const visibility = declared['api_visibility']
  // Before Gradio 6 (gradio/blocks.py 5.50, get_config): no name is private, and `show_api` tells the others apart.
  if (visibility === undefined && typeof declared['api_name'] === 'string')
    return declared['show_api'] === true ? 'public' : 'undocumented'
  // An unknown kind is shown to nobody.
  return visibility === 'public' || visibility === 'undocumented' ? visibility : 'private'
}

/**
 * Named as `/info` names them. What it says nothing of (private and rendered functions) is called as Gradio calls
 * parameters without a name: `param_` and the place among the inputs (gradio/blocks.py 6.31, _get_api_parameter_name).
 */
function readParameters(
  inputs: readonly (DeclaredComponent | undefined)[],
  info: JsonObject | undefined,
): readonly Parameter[] {
  const slots = inputs.flatMap((input, slot) => (input?.skipsApi === true ? [] : [slot]))
  const told = info === undefined ? [] : objectsIn(info, 'parameters')
  // Told of another function than this one: told of none.
  const known = told.length === slots.length ? told : []
  return slots.map((slot, at) => {
    const one = known[at]
    const label = inputs[slot]?.props['label']
    const fallback = typeof label === 'string' ? label : `parameter_${slot}`
    if (one === undefined) return { name: `param_${slot}`, label: fallback, hasDefault: false, slot }
    const hasDefault = one['parameter_has_default'] === true
    return {
      name: textIn(one, 'parameter_name') ?? `param_${slot}`,
      label: textIn(one, 'label') ?? fallback,
      hasDefault,
      ...(hasDefault && { default: one['parameter_default'] ?? null }),
      slot,
    }
  })
}

/** What a dependency of Gradio's configuration is wired to (gradio/block_function.py 6.31, get_config). */
import { isJsonList, isJsonObject, type Json } from '../kit/json.ts'

export interface Wire {
  readonly id: number
  readonly name: string
  /** Components whose events start it; the root of the page may be one. */
  readonly targets: readonly number[]
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  /** Dependencies that it ends. */
  readonly cancels: readonly number[]
  /** The dependency that it follows. */
  readonly follows: number | undefined
  /** False: it runs in the browser only. */
  readonly onServer: boolean
  /** It only stands for the event: Gradio writes one such beside each that cancels. */
  readonly isIdle: boolean
  /** The id of what it renders at run time. */
  readonly renders: number | undefined
  /** Set for what was rendered at run time: the id of what rendered it. */
  readonly renderedIn: number | undefined
}

/** Undefined: not a dependency as Gradio writes it. */
export function readWire(given: Json): Wire | undefined {
  if (!isJsonObject(given)) return undefined
  const id = integer(given['id'])
  const targets = targetsOf(given['targets'])
  const inputs = integers(given['inputs'])
  const outputs = integers(given['outputs'])
  const cancels = integers(given['cancels'] ?? [])
  if (id === undefined || targets === undefined || cancels === undefined) return undefined
  if (inputs === undefined || outputs === undefined) return undefined
  return {
    id,
    // Before Gradio 6 a function could be without a name.
    name: typeof given['api_name'] === 'string' ? given['api_name'] : '',
    targets,
    inputs,
    outputs,
    cancels,
    follows: integer(given['trigger_after']),
    onServer: given['backend_fn'] !== false,
    isIdle: given['backend_fn'] === false && (given['js'] ?? null) === null && cancels.length === 0,
    renders: integer(given['render_id']),
    renderedIn: integer(given['rendered_in']),
  }
}

/** Undefined as soon as one of them is none. */
export function readWires(given: Json | undefined): readonly Wire[] | undefined {
  return all(given, readWire)
}

/** Two configurations mean the same by the id when this is the same: ids shift when an app is reloaded. */
export function meaningOf({ name, targets, inputs, outputs, onServer }: Wire): string {
  return JSON.stringify([name, targets, inputs, outputs, onServer])
}

export interface LayoutNode {
  readonly id: number
  readonly children: readonly LayoutNode[]
}

/** Undefined: not a layout as Gradio writes it. The root is a node too. */
export function readLayout(given: Json | undefined): LayoutNode | undefined {
  if (!isJsonObject(given)) return undefined
  const id = integer(given['id'])
  const children = all(given['children'] ?? [], readLayout)
  return id === undefined || children === undefined ? undefined : { id, children }
}

export function integer(given: Json | undefined): number | undefined {
  return typeof given === 'number' && Number.isSafeInteger(given) ? given : undefined
}

export function integers(given: Json | undefined): readonly number[] | undefined {
  return all(given, integer)
}

function all<Item>(given: Json | undefined, read: (item: Json) => Item | undefined) {
  if (!isJsonList(given)) return undefined
  const items: Item[] = []
  for (const item of given) {
    const one = read(item)
    if (one === undefined) return undefined
    items.push(one)
  }
  return items
}

/** `[[component, event] …]`; what follows another dependency, or belongs to no component, has null there. */
function targetsOf(given: Json | undefined): readonly number[] | undefined {
  const targets = all(given, (target) => {
    const of = isJsonList(target) ? target[0] : undefined
    return of === null ? 'none' : integer(of)
  })
  return targets?.filter((target) => target !== 'none')
}

/**
 * Which functions belong together: a chain of events, and what ChatInterface and Interface make around one user function.
 *
 * The configuration doesn't say which Python function an endpoint runs, so nothing is grouped by likeness of names alone:
 * `lambda` and `lambda_1` are two strangers. A group holds
 * - a chain: what starts it, and all that runs after it (`.then`, `.success`, `.failure`);
 * - for a ChatInterface: what its constructor adds (gradio/chat_interface.py 6.31), found by its hidden button "Fake API";
 * - for an Interface: its flagging, its reset and its examples (gradio/interface.py 6.31).
 * It is called like its public endpoint with the lowest id, or else like what starts it.
 */
import type { JsonObject } from '../kit/json.ts'
import { idIn, listIn } from './config-fields.ts'
import type { Component, Endpoint } from './model.ts'
import { Unions } from './unions.ts'

export interface Wiring {
  readonly endpoint: Endpoint
  readonly after: number | undefined
  /** Components that trigger it. */
  readonly triggers: readonly number[]
}

export function readWiring(declared: JsonObject, endpoint: Endpoint): Wiring {
  const triggers = listIn(declared, 'targets').flatMap((target) => {
    const component = Array.isArray(target) ? (target as readonly unknown[])[0] : undefined
    return typeof component === 'number' ? [component] : []
  })
  return { endpoint, after: idIn(declared, 'trigger_after'), triggers }
}

/** The name of each endpoint's group, by id. */
export function nameGroups(
  wirings: readonly Wiring[],
  components: ReadonlyMap<number, Component>,
): ReadonlyMap<number, string> {
  const together = new Unions()
  const known = new Set(wirings.map(({ endpoint }) => endpoint.id))
  for (const { endpoint, after } of wirings) {
    together.add(endpoint.id)
    if (after !== undefined && known.has(after)) together.join(after, endpoint.id)
  }
  for (const api of wirings) {
    if (isChatApi(api, components)) {
      for (const id of findChatParts(api, wirings, components)) together.join(api.endpoint.id, id)
    } else if (api.endpoint.visibility === 'public') {
      for (const id of findInterfaceParts(api, wirings)) together.join(api.endpoint.id, id)
    }
  }
  return nameEach(wirings, together)
}

function nameEach(wirings: readonly Wiring[], together: Unions): ReadonlyMap<number, string> {
  const names = new Map<number, { readonly rank: number; readonly name: string }>()
  for (const wiring of [...wirings].sort((a, b) => a.endpoint.id - b.endpoint.id)) {
    const root = together.rootOf(wiring.endpoint.id)
    const rank = rankOf(wiring)
    const best = names.get(root)
    if (best === undefined || rank < best.rank) names.set(root, { rank, name: wiring.endpoint.name })
  }
  const nameOf = (id: number, own: string) => names.get(together.rootOf(id))?.name ?? own
  return new Map(wirings.map(({ endpoint }) => [endpoint.id, nameOf(endpoint.id, endpoint.name)]))
}

function rankOf({ endpoint, after }: Wiring): number {
  if (endpoint.visibility === 'public' && endpoint.onServer) return 0
  return after === undefined ? 1 : 2
}

function isChatApi({ endpoint, triggers }: Wiring, components: ReadonlyMap<number, Component>): boolean {
  const [trigger] = triggers
  const button = trigger === undefined ? undefined : components.get(trigger)
  return (
    triggers.length === 1 &&
    button?.type === 'button' &&
    button.props['value'] === 'Fake API' &&
    button.props['visible'] === false &&
    endpoint.inputs[1]?.isState === true
  )
}

/** Names of what a ChatInterface adds, from Gradio 4.44 on; Gradio makes them unique by `_1`, `_2` … */
const chatParts = new Set([
  '_append_message_to_history',
  '_clear_and_save_textbox',
  '_delete_conversation',
  '_delete_prev_fn',
  '_display_input',
  '_edit_message',
  '_examples_fn',
  '_load_chat_history',
  '_load_conversation',
  '_pop_last_user_message',
  '_save_conversation',
  '_stream_fn',
  '_submit_fn',
  '_undo_msg',
  'example_clicked',
  'example_populated',
  'flag',
  'lambda',
  'load_example',
  'option_clicked',
])
/** What such a part keeps to itself; text boxes and sliders may be the app's own. */
const chatComponents = new Set(['browserstate', 'chatbot', 'dataset', 'state'])

function findChatParts(
  api: Wiring,
  wirings: readonly Wiring[],
  components: ReadonlyMap<number, Component>,
): ReadonlySet<number> {
  const [textbox, state] = api.endpoint.inputs
  const inside = new Set<number>()
  if (textbox !== undefined) inside.add(textbox.component)
  if (state !== undefined) inside.add(state.component)
  const parts = new Set<number>()
  for (let before = -1; before !== parts.size;) {
    before = parts.size
    for (const wiring of wirings) {
      if (parts.has(wiring.endpoint.id) || !isChatPart(wiring, inside)) continue
      parts.add(wiring.endpoint.id)
      for (const id of touchedBy(wiring)) {
        if (chatComponents.has(components.get(id)?.type ?? '')) inside.add(id)
      }
    }
  }
  return parts
}

function isChatPart(wiring: Wiring, inside: ReadonlySet<number>): boolean {
  const base = baseOf(wiring.endpoint.name)
  // The one that `flagging_mode` adds is public.
  const hidden = wiring.endpoint.visibility === 'undocumented' || base === 'flag'
  return hidden && chatParts.has(base) && touchedBy(wiring).some((id) => inside.has(id))
}

function touchedBy({ endpoint, triggers }: Wiring): readonly number[] {
  return [...triggers, ...[...endpoint.inputs, ...endpoint.outputs].map((slot) => slot.component)]
}

function findInterfaceParts(api: Wiring, wirings: readonly Wiring[]): readonly number[] {
  const own = componentsOf(api.endpoint.inputs)
  const whole = [...own, ...componentsOf(api.endpoint.outputs)]
  const hidden = wirings.filter(({ endpoint }) => endpoint.visibility === 'undocumented')
  const flags = hidden.filter(
    ({ endpoint }) => baseOf(endpoint.name) === 'Flag' && isSame(componentsOf(endpoint.inputs), whole),
  )
  if (flags.length === 0) return []
  const buttons = flags.flatMap(({ triggers }) => triggers)
  const around = hidden.filter(({ endpoint }) => {
    const touched = componentsOf(endpoint.outputs)
    const base = baseOf(endpoint.name)
    // The label of a flag's button, and what the clear button does to it.
    if (base === 'lambda' || base === 'reset')
      return touched.length > 0 && touched.every((id) => buttons.includes(id))
    return base === 'load_example' && touched.length > 0 && touched.every((id) => whole.includes(id))
  })
  return [...flags, ...around].map(({ endpoint }) => endpoint.id)
}

function componentsOf(slots: readonly { readonly component: number }[]): readonly number[] {
  return slots.map(({ component }) => component)
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((id, at) => id === other[at])
}

function baseOf(name: string): string {
  return name.replace(/_\d+$/, '')
}

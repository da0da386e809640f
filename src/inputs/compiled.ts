/** The operator's rules for one endpoint of the app as it is now: by the place of each input. */
import { compileNamePattern } from '../kit/name-pattern.ts'
import type { AppModel, Endpoint, Slot } from '../app/model.ts'
import type { Condition, EndpointRules, InputRule, InputRules } from '../config/input-rules.ts'
import { messageSlotOf } from './said.ts'

export interface Compiled {
  /** Some rules name it: what they don't say of free text is then no. */
  readonly isRuled: boolean
  readonly rules: ReadonlyMap<number, readonly InputRule[]>
  readonly pinned: ReadonlySet<number>
  /** What holds for messages of its chat, where another function of the group takes them. */
  readonly said: readonly InputRule[]
  readonly require: readonly CompiledRequirement[]
}

export interface CompiledRequirement {
  readonly if: readonly PlacedCondition[]
  readonly then: readonly PlacedCondition[]
}

export interface PlacedCondition {
  readonly slot: number
  readonly condition: Condition
}

/**
 * Endpoints of one group run one function or chain: a rule for one of them holds in the others wherever they take the same
 * component, else a twin would be the way around it.
 */
export function compileFor(endpoint: Endpoint, rules: InputRules, model: AppModel | undefined): Compiled {
  const rulesBySlot = new Map<number, InputRule[]>()
  const pinned = new Set<number>()
  const require: CompiledRequirement[] = []
  const said: InputRule[] = []
  const own = rules.filter((one) => compileNamePattern(one.endpoint)(endpoint.name))
  for (const source of [endpoint, ...twinsOf(endpoint, model)]) {
    const places = placesIn(endpoint, source)
    for (const one of rules.filter(({ endpoint: pattern }) => compileNamePattern(pattern)(source.name))) {
      for (const [name, rule] of one.parameters) {
        for (const slot of places(name)) rulesBySlot.set(slot, [...(rulesBySlot.get(slot) ?? []), rule])
        if (source !== endpoint && isMessage(name, source)) said.push(rule)
      }
      for (const name of one.pin) for (const slot of places(name)) pinned.add(slot)
      require.push(...requirementsOf(one, places, source === endpoint))
    }
  }
  return { isRuled: own.length > 0, rules: rulesBySlot, pinned, said, require }
}

function isMessage(parameter: string, source: Endpoint): boolean {
  const message = messageSlotOf(source)
  return source.parameters.some(({ name, slot }) => name === parameter && slot === message)
}

function twinsOf(endpoint: Endpoint, model: AppModel | undefined): readonly Endpoint[] {
  if (model === undefined) return []
  return [...model.endpoints.values()].filter(
    (one) => one.group === endpoint.group && one.id !== endpoint.id && one.name !== endpoint.name,
  )
}

type Places = (parameter: string) => readonly number[]

/** Where the inputs that `source` calls by a name stand in `endpoint`. */
function placesIn(endpoint: Endpoint, source: Endpoint): Places {
  return (parameter) => {
    const slots = source.parameters.filter(({ name }) => name === parameter).map(({ slot }) => slot)
    if (source === endpoint) return slots
    const components = new Set(slots.map((slot) => source.inputs[slot]?.component))
    return endpoint.inputs.flatMap((slot, index) => (components.has(slot.component) ? [index] : []))
  }
}

/** A twin that lacks one of the inputs can't be asked; the endpoint itself is refused then, when it comes to it. */
function requirementsOf(
  { require }: EndpointRules,
  places: Places,
  own: boolean,
): readonly CompiledRequirement[] {
  return require.flatMap(({ if: when, then }) => {
    const place = (conditions: ReadonlyMap<string, Condition>) =>
      [...conditions].flatMap(([name, condition]) => {
        const slots = places(name)
        return slots.length === 0 ? [{ slot: -1, condition }] : slots.map((slot) => ({ slot, condition }))
      })
    const placed = { if: place(when), then: place(then) }
    const isWhole = [...placed.if, ...placed.then].every(({ slot }) => slot >= 0)
    return isWhole || own ? [placed] : []
  })
}

/** As the app shows it; what Gradio translates in the browser (gradio/i18n.py 6.31) is told by its name. */
export function labelOf(endpoint: Endpoint, slot: number): string {
  const parameter = endpoint.parameters.find((one) => one.slot === slot)
  const declared: Slot | undefined = endpoint.inputs[slot]
  const labels = [declared?.props['label'], parameter?.label, parameter?.name]
  const shown = labels.find(
    (label) => typeof label === 'string' && label !== '' && !label.startsWith('__i18n__'),
  )
  return typeof shown === 'string' ? shown : `input ${slot + 1}`
}

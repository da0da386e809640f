/** Judges the inputs of calls: the app's declared shape always, its bounds where they hold, the operator's rules on top. */
import type { Tap } from '../answers/tap.ts'
import type { AppModel, Endpoint } from '../app/model.ts'
import type { InputRules } from '../config/input-rules.ts'
import type { Json } from '../kit/json.ts'
import { isReadOnly, judgeBounds } from './bounds.ts'
import { compileFor, labelOf, type Compiled, type PlacedCondition } from './compiled.ts'
import { equalJson } from './equal.ts'
import { shapeOf, type FlawReason } from './flaw.ts'
import { learnSent, type LearnSentParts } from './learn-sent.ts'
import { isLinkAllowed, linksIn } from './links.ts'
import { pinnable } from './pinnable.ts'
import { holds, isWithoutText, judgeRule } from './rule.ts'
import { saidBy, saidIn } from './said.ts'
import type { SentValues } from './sent-values.ts'
import { isFreeText, judgeShape, valueIn } from './shape.ts'

/** The part of request.ts's Call that is judged. */
export interface JudgedCall {
  readonly endpoint: Endpoint
  readonly data: readonly Json[]
  readonly eventData?: Json
}

export interface Flaw {
  readonly why: FlawReason
  /** As the app shows it. */
  readonly label: string
  readonly slot: number
  /** What came instead; never the value. */
  readonly shape: string
}

export interface Inputs {
  /** `session`: upstream form of the call's session_hash, if it has one. */
  judge(call: JudgedCall, session: string | undefined): Flaw | undefined
  /** Whether some rule lets an input be a link to there; `judge` then says which input. */
  allowsLink(url: URL): boolean
  /** For an answer with outputs to this session, where some rule pins an input; undefined where none does. */
  tapFor(session: string, endpointOf: LearnSentParts['endpointOf']): Tap | undefined
}

export interface InputsParts {
  readonly rules: InputRules
  /** Undefined: not read yet. */
  readonly model: () => AppModel | undefined
  readonly sent: SentValues
}

export function makeInputs({ rules, model, sent }: InputsParts): Inputs {
  const compiledFor = remember((endpoint: Endpoint) => compileFor(endpoint, rules, model()))
  const pinnedIn = remember((app: AppModel) => pinnedComponents(app, compiledFor))
  const hosts = rules.flatMap(({ parameters }) =>
    [...parameters.values()].flatMap(({ links }) => links ?? []),
  )
  return {
    judge: (call, session) =>
      judge(call, {
        compiled: compiledFor(call.endpoint),
        isLast: (slot) => lastSent(call, slot, session, sent),
        isShown: (link) => model()?.sharedFiles.has(link) === true,
      }),
    allowsLink: (url) => isLinkAllowed(url.href, hosts),
    tapFor(session, endpointOf) {
      const app = model()
      const pinned = app === undefined ? new Set<number>() : pinnedIn(app)
      return pinned.size === 0 ? undefined : learnSent({ sent, pinned, session, endpointOf })
    },
  }
}

/** A new model brings new objects, and lets the old ones go. */
function remember<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, Value>()
  return (key) => {
    const found = known.get(key) ?? make(key)
    known.set(key, found)
    return found
  }
}

function pinnedComponents(app: AppModel, compiledFor: (endpoint: Endpoint) => Compiled): ReadonlySet<number> {
  const components = new Set<number>()
  for (const endpoint of app.endpoints.values()) {
    for (const slot of compiledFor(endpoint).pinned) {
      const component = endpoint.inputs[slot]?.component
      if (component !== undefined) components.add(component)
    }
  }
  return components
}

interface Standards {
  readonly compiled: Compiled
  readonly isLast: (slot: number) => boolean
  /** The app itself shows this link to everybody. */
  readonly isShown: (link: string) => boolean
}

function judge({ endpoint, data, eventData }: JudgedCall, standards: Standards): Flaw | undefined {
  const flaw = (slot: number, why: FlawReason): Flaw => ({
    why,
    slot,
    label: labelOf(endpoint, slot),
    shape: shapeOf(data[slot]),
  })
  if (data.length !== endpoint.inputs.length)
    return flaw(Math.min(data.length, endpoint.inputs.length), 'count')
  for (const index of endpoint.inputs.keys()) {
    const why = judgeSlot({ endpoint, data }, index, standards)
    if (why !== undefined) return flaw(index, why)
  }
  const unmet = findUnmet({ endpoint, data }, standards.compiled)
  if (unmet !== undefined) return flaw(unmet, 'required')
  const unsaid = judgeSaid(saidBy(eventData, endpoint), standards.compiled)
  return unsaid === undefined ? undefined : flaw(0, unsaid)
}

function judgeSlot(
  { endpoint, data }: JudgedCall,
  index: number,
  { compiled, isLast, isShown }: Standards,
): FlawReason | undefined {
  const slot = endpoint.inputs[index]
  const given = data[index]
  if (slot === undefined || given === undefined) return 'count'
  if (slot.isState) return undefined
  const misshapen = judgeShape(given, slot)
  if (misshapen !== undefined) return misshapen
  const value = valueIn(given, slot)
  const own = compiled.rules.get(index) ?? []
  const bounded = !slot.changes || own.some((rule) => rule.declaredBounds === true)
  const flaw = bounded ? judgeBounds(value, slot) : undefined
  if (flaw !== undefined) return flaw
  const hosts = own.flatMap((rule) => rule.links ?? [])
  if (!linksIn(given, slot).every((link) => isShown(link) || isLinkAllowed(link, hosts))) return 'link'
  const isPinned = compiled.pinned.has(index)
  if (isPinned && !isLast(index)) return 'pinned'
  const isOpen = compiled.isRuled && own.length === 0 && isFreeText(slot) && !isPinned
  // Of what nobody may edit, only what the app declares came through the bounds.
  if (isOpen && !(bounded && isReadOnly(slot)) && !isWithoutText(value, slot)) return 'no-rule'
  // Whoever rules the history itself has said what may stand there.
  const unsaid =
    slot.type === 'chatbot' && own.length === 0 ? judgeSaid(saidIn(value, endpoint), compiled) : undefined
  if (unsaid !== undefined) return unsaid
  for (const rule of own) {
    const broken = judgeRule(value, rule, slot)
    if (broken !== undefined) return broken
  }
  return undefined
}

function judgeSaid(said: readonly string[], { said: rules }: Compiled): FlawReason | undefined {
  for (const text of said) {
    for (const rule of rules) {
      const broken = judgeRule(text, rule, { type: 'textbox', holdsFiles: false })
      if (broken !== undefined) return broken
    }
  }
  return undefined
}

function findUnmet({ endpoint, data }: JudgedCall, { require }: Compiled): number | undefined {
  const isMet = ({ slot, condition }: PlacedCondition, of: 'some' | 'every') => {
    const declared = endpoint.inputs[slot]
    const given = data[slot]
    // A condition on what the endpoint doesn't have is never met: a slip of the operator refuses.
    return (
      declared !== undefined &&
      given !== undefined &&
      holds(valueIn(given, declared), condition, declared, of)
    )
  }
  const applies = (one: PlacedCondition) => one.slot < 0 || isMet(one, 'some')
  for (const requirement of require) {
    if (!requirement.if.every(applies)) continue
    const unmet = requirement.then.find((one) => !isMet(one, 'every'))
    if (unmet !== undefined) return unmet.slot
  }
  return undefined
}

/** What the app last sent to this session for the component, or else what it declares, came back. */
function lastSent(
  { endpoint, data }: JudgedCall,
  index: number,
  session: string | undefined,
  sent: SentValues,
): boolean {
  const slot = endpoint.inputs[index]
  const given = data[index]
  if (slot === undefined || given === undefined) return false
  const value = pinnable(valueIn(given, slot))
  const last = session === undefined ? undefined : sent.find(session, slot.component)
  if (last !== undefined) return last === sent.digest(value)
  const declared = pinnable(slot.props['value'] ?? null)
  // Gradio's page shows nothing as an empty text.
  return equalJson(value, declared) || (declared === null && value === '')
}

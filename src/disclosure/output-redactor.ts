/** One output of a running event: follows its diffs, and keeps what the client holds free of secrets. */
import type { Json } from '../kit/json.ts'
import { redactValue } from './redact-value.ts'
import { mayHoldSecret } from './secrets.ts'
import { applyStep, readSteps, valueAt, writeStep, type Step } from '../answers/value-diff.ts'

/** A secret's beginning may lie so far before what is appended. */
const window = 64
/** Characters of one output that are followed; beyond them its diffs are withheld until the whole value comes. */
const mostFollowed = 8_000_000

export interface Shown {
  /** Undefined: what came may pass as it is. */
  readonly change?: Json
  readonly kinds: readonly string[]
}

const asItIs: Shown = { kinds: [] }
const nothingNew: Shown = { change: [], kinds: [] }

export class OutputRedactor {
  #raw: Json
  /** What the client holds; the same as raw while nothing was ever taken out. */
  #shown: Json
  #active = false
  #lost = false
  #seen = 0

  constructor(first: Json) {
    this.#raw = first
    this.#shown = first
  }

  /** The first message of an event carries whole values. */
  begin(): Shown {
    const { value, kinds } = redactValue(this.#raw, true)
    this.#shown = value
    this.#active = value !== this.#raw
    return value === this.#raw ? asItIs : { change: value, kinds }
  }

  /** Each later one a list of steps. */
  follow(list: Json): Shown {
    if (this.#lost) return nothingNew
    const steps = readSteps(list)
    if (steps === undefined) return this.#lose()
    const suspicious = steps.map((step) => this.#take(step)).includes(true)
    if (this.#lost) return nothingNew
    this.#active ||= suspicious
    if (!this.#active) {
      this.#shown = this.#raw
      return asItIs
    }
    const { value, kinds } = redactValue(this.#raw, true)
    const before = this.#shown
    this.#shown = value
    return { change: stepsBetween(before, value).map(writeStep), kinds }
  }

  #take(step: Step): boolean {
    const changed = applyStep(this.#raw, step)
    if (changed === undefined) {
      this.#lose()
      return false
    }
    this.#raw = changed
    if (step.action === 'delete') return false
    const { value } = step
    if (typeof value !== 'string') return redactValue(value, true).value !== value
    this.#seen += value.length
    if (this.#seen > mostFollowed) this.#lose()
    if (step.action !== 'append') return mayHoldSecret(value)
    const leaf = valueAt(this.#raw, step.path)
    return typeof leaf === 'string' && mayHoldSecret(leaf.slice(-(value.length + window)))
  }

  /** What doesn't fit what was seen can't be judged: nothing more is shown before the whole value comes. */
  #lose(): Shown {
    this.#lost = true
    this.#raw = null
    this.#shown = null
    return nothingNew
  }
}

function stepsBetween(before: Json, after: Json): readonly Step[] {
  if (before === after) return []
  if (typeof before === 'string' && typeof after === 'string' && after.startsWith(before))
    return [{ action: 'append', path: [], value: after.slice(before.length) }]
  return [{ action: 'replace', path: [], value: after }]
}

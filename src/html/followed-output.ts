/** One output of a running event whose HTML is cleaned: follows its diffs, and keeps what the client holds clean. */
import { applyStep, readSteps, valueAt, writeStep, type Step } from '../answers/value-diff.ts'
import { isJsonList, type Json } from '../kit/json.ts'
import type { ValueCleaner } from './shown-html.ts'

/** Growth of a long text is shown in steps of this part of it: each step costs a cleaning of the whole. */
const growth = 8
const alwaysShown = 4_096

/** Characters of one output that are followed. */
const mostFollowed = 8_000_000

const nothingNew: Json = []

export class FollowedOutput {
  readonly #clean: ValueCleaner
  #raw: Json
  /** What the client holds. */
  #shown: Json
  #lost = false
  /** What leaves this sign alone cleans no text, so that each step may be shown. */
  readonly #isCostly: boolean
  /** Characters that came since the last cleaning. */
  #pending = 0
  #seen = 0

  constructor(first: Json, clean: ValueCleaner) {
    this.#clean = clean
    this.#isCostly = clean('<') !== '<'
    this.#raw = first
    this.#shown = clean(first)
  }

  /** The first message of an event carries whole values. */
  get first(): Json {
    return this.#shown
  }

  /** Each later one a list of steps; answers the list that takes its place. */
  follow(list: Json): Json {
    const steps = this.#lost ? undefined : readSteps(list)
    const raw = steps?.reduce<Json | undefined>(
      (now, step) => (now === undefined ? undefined : applyStep(now, step)),
      this.#raw,
    )
    // What doesn't fit can't be judged: nothing more is shown before the whole value comes.
    if (steps === undefined || raw === undefined) return this.#lose()
    this.#seen += lengthOf(steps)
    if (this.#seen > mostFollowed) return this.#lose()
    this.#raw = raw
    if (steps.length === 0 || this.#waits(steps)) return nothingNew
    this.#pending = 0
    const before = this.#shown
    this.#shown = this.#clean(raw)
    return stepsBetween(before, this.#shown).map(writeStep)
  }

  #waits(steps: readonly Step[]): boolean {
    if (!this.#isCostly || steps.some(({ action }) => action !== 'append')) return false
    this.#pending += lengthOf(steps)
    const longest = steps.reduce((most, { path }) => {
      const grown = valueAt(this.#raw, path)
      return typeof grown === 'string' ? Math.max(most, grown.length) : most
    }, 0)
    return longest > alwaysShown && this.#pending < longest / growth
  }

  #lose(): Json {
    this.#lost = true
    this.#raw = null
    return nothingNew
  }
}

function lengthOf(steps: readonly Step[]): number {
  return steps.reduce((sum, { value }) => sum + (typeof value === 'string' ? value.length : 0), 0)
}

function stepsBetween(before: Json, after: Json): readonly Step[] {
  if (typeof before === 'string' && typeof after === 'string' && after.startsWith(before))
    return before === after ? [] : [{ action: 'append', path: [], value: after.slice(before.length) }]
  if (!isJsonList(before) || !isJsonList(after) || before.length !== after.length)
    return [{ action: 'replace', path: [], value: after }]
  return after.flatMap((one, at) => {
    const old = before[at] ?? null
    return old === one ? [] : stepsBetween(old, one).map((step) => ({ ...step, path: [at, ...step.path] }))
  })
}

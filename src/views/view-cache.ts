/** Plans and answers of views, kept as long as nothing changed: all who may do the same share them. */
import { createHash } from 'node:crypto'
import type { AppModel } from '../app/model.ts'
import type { ViewTrouble } from './filter-config.ts'
import { planView, type ViewPlan } from './plan.ts'
import type { Shown } from './shown.ts'
import { viewFor } from './view.ts'
import type { Visibility } from './visibility.ts'

/** Kinds of askers whose plans are kept; one plan takes some ten kilobytes. */
const mostPlans = 500

export interface Viewer {
  /** The same for all who see the same: the policy's version and its `viewKey`. */
  readonly key: string
  readonly visibility: () => Visibility
}

export class ViewCache {
  readonly #maxBytes: number
  readonly #plans = new Map<string, { readonly model: AppModel; readonly plan: ViewPlan | undefined }>()
  readonly #shown = new Map<string, Shown>()
  readonly #serials = new WeakMap<ViewPlan, number>()
  #plansSeen = 0
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Undefined: nothing of the app can be shown. */
  planOf(model: AppModel, { key, visibility }: Viewer): ViewPlan | undefined {
    const known = this.#plans.get(key)
    this.#plans.delete(key)
    const kept = known?.model === model ? known : { model, plan: planView(model, visibility()) }
    this.#plans.set(key, kept)
    dropOldest(this.#plans, mostPlans)
    return kept.plan
  }

  /** Undefined: this entry's answers describe nothing. */
  show(entryId: string, plan: ViewPlan, answer: Buffer): Shown | ViewTrouble | undefined {
    const view = viewFor(entryId)
    if (view === undefined) return undefined
    // The answer's root address follows the request, a deep link brings its own values: so its bytes are the key.
    const digest = createHash('sha256').update(answer).digest('base64')
    const key = `${this.#serialOf(plan)} ${entryId} ${digest}`
    const known = this.#shown.get(key)
    if (known !== undefined) {
      this.#shown.delete(key)
      this.#shown.set(key, known)
      return known
    }
    const shown = view(answer, plan)
    if (typeof shown !== 'string') this.#keep(key, shown)
    return shown
  }

  #serialOf(plan: ViewPlan): number {
    const serial = this.#serials.get(plan) ?? this.#plansSeen++
    this.#serials.set(plan, serial)
    return serial
  }

  #keep(key: string, shown: Shown): void {
    if (shown.size > this.#maxBytes) return
    this.#shown.set(key, shown)
    this.#bytes += shown.size
    for (const [oldest, one] of this.#shown) {
      if (this.#bytes <= this.#maxBytes) return
      this.#shown.delete(oldest)
      this.#bytes -= one.size
    }
  }
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return
    map.delete(key)
  }
}

/** The events of a session whose HTML is cleaned: of each, what its client holds. */
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { mapList } from '../kit/map-json.ts'
import { FollowedOutput } from './followed-output.ts'
import type { OutputCleaners } from './output-cleaners.ts'

/** Followed at a time; a page has a few. */
const mostEvents = 200

type Followed = readonly (FollowedOutput | undefined)[] | 'untracked'

export class CleanEvents {
  readonly #running = new Map<string, Followed>()

  /** How the values of this message are cleaned when it is one of a running function; undefined: they are whole. */
  start(
    { msg, event_id: event, output }: JsonObject,
    cleaners: OutputCleaners,
  ): ((data: Json) => Json) | undefined {
    const data = isJsonObject(output) ? output['data'] : undefined
    if (msg === 'process_completed' && typeof event === 'string') this.#running.delete(event)
    if (msg !== 'process_generating' || typeof event !== 'string' || !isJsonList(data)) return undefined
    const known = this.#running.get(event)
    return known === undefined ? () => this.#begin(event, data, cleaners) : () => follow(known, data)
  }

  #begin(event: string, data: readonly Json[], cleaners: OutputCleaners): Json {
    const followed = data.map((value, at) => {
      const cleaner = cleaners.at(at)
      return cleaner && new FollowedOutput(value, cleaner)
    })
    // More than a page ever runs: their diffs are withheld, and each whole value comes at its end.
    this.#running.set(event, this.#running.size < mostEvents ? followed : 'untracked')
    return mapList(data, (value, at) => followed[at]?.first ?? value)
  }
}

function follow(known: Followed, data: readonly Json[]): Json {
  if (known === 'untracked' || known.length !== data.length) return data.map(() => [])
  return mapList(data, (list, at) => known[at]?.follow(list) ?? list)
}

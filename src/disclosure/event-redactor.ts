/** Secrets out of the messages of event streams, so that diffs go on fitting what the client holds. */
import type { EventHead } from '../answers/event-head.ts'
import { isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { OutputRedactor } from './output-redactor.ts'
import { redactValue } from './redact-value.ts'

/** Events of one stream that are followed at a time; the page has a few. */
const mostEvents = 200

export interface RedactedMessage {
  /** Undefined: it may pass as it is. */
  readonly message?: JsonObject
  readonly kinds: readonly string[]
}

export class EventRedactor {
  readonly #running = new Map<string, readonly OutputRedactor[] | 'untracked'>()

  take(message: JsonObject): RedactedMessage {
    const event = message['event_id']
    const output = message['output']
    const data = isJsonObject(output) ? output['data'] : undefined
    this.noteEnd(message)
    if (message['msg'] !== 'process_generating' || typeof event !== 'string' || !Array.isArray(data))
      return whole(message)
    return this.#generating(message, output as JsonObject, event, data as readonly Json[])
  }

  /** Whether ends are to be told of. */
  get isFollowing(): boolean {
    return this.#running.size > 0
  }

  /** What has ended is followed no longer; for messages that are not taken besides. */
  noteEnd({ msg, event_id: event }: JsonObject): void {
    if (msg === 'process_completed' && typeof event === 'string') this.#running.delete(event)
  }

  /** A message passed that was too large to be followed: what its diffs will speak of nobody has seen. */
  notePassed({ event, msg }: EventHead): void {
    if (msg === 'process_completed') this.#running.delete(event)
    else if (msg === 'process_generating') this.#running.set(event, 'untracked')
  }

  #generating(
    message: JsonObject,
    output: JsonObject,
    event: string,
    data: readonly Json[],
  ): RedactedMessage {
    const known = this.#running.get(event)
    if (known === 'untracked' || (known !== undefined && known.length !== data.length))
      return {
        message: withData(
          message,
          output,
          data.map(() => []),
        ),
        kinds: [],
      }
    if (known !== undefined)
      return combine(
        message,
        output,
        data,
        known.map((one, place) => one.follow(data[place] ?? [])),
      )
    const started = data.map((value) => new OutputRedactor(value))
    // More than a page ever runs: their diffs are withheld, and each whole value comes at its end.
    this.#running.set(event, this.#running.size < mostEvents ? started : 'untracked')
    return combine(
      message,
      output,
      data,
      started.map((one) => one.begin()),
    )
  }
}

function combine(
  message: JsonObject,
  output: JsonObject,
  data: readonly Json[],
  shown: readonly { readonly change?: Json; readonly kinds: readonly string[] }[],
): RedactedMessage {
  const kinds = shown.flatMap((one) => one.kinds)
  if (shown.every(({ change }) => change === undefined)) return { kinds }
  const changed = data.map((value, place) => shown[place]?.change ?? value)
  return { message: withData(message, output, changed), kinds }
}

/** Whatever carries whole values. */
function whole(message: JsonObject): RedactedMessage {
  const { value, kinds } = redactValue(message, message['msg'] === 'process_streaming')
  return value === message ? { kinds } : { message: value as JsonObject, kinds }
}

function withData(message: JsonObject, output: JsonObject, data: readonly Json[]): JsonObject {
  return { ...message, output: { ...output, data } }
}

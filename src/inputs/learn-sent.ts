/** A tap that remembers what the app sends to a session for components that rules pin. It changes nothing. */
import type { AnswerMessage, Tap } from '../answers/tap.ts'
import { isUpdate } from '../answers/update.ts'
import type { Endpoint } from '../app/model.ts'
import { isJsonList, isJsonObject, type Json } from '../kit/json.ts'
import { applyDiff } from '../answers/value-diff.ts'
import { pinnable } from './pinnable.ts'
import type { SentValues } from './sent-values.ts'

export interface LearnSentParts {
  readonly sent: SentValues
  /** Components to remember. */
  readonly pinned: ReadonlySet<number>
  /** Upstream form. */
  readonly session: string
  /** Whose outputs they are. The id is that of the message; undefined in the answer of a call that isn't queued. */
  readonly endpointOf: (event: string | undefined) => Endpoint | undefined | Promise<Endpoint | undefined>
}

/** One for each answer: it follows the differences in it. */
export function learnSent(parts: LearnSentParts): Tap {
  const running = new Map<string, readonly Json[]>()
  return {
    marks: ['"process_', '"data"', '['],
    async take(message: AnswerMessage): Promise<undefined> {
      const output = outputOf(message.json())
      if (output === undefined) return undefined
      const endpoint = await parts.endpointOf(output.event)
      const values = follow(output, running)
      if (endpoint !== undefined) note(endpoint, values, parts)
      // Whose outputs these are isn't known: any of them may be a new value of any component.
      else for (const component of parts.pinned) parts.sent.forget(parts.session, component)
      return undefined
    },
  }
}

interface Output {
  readonly event: string | undefined
  readonly kind: 'whole' | 'generating' | 'last'
  readonly data: readonly Json[]
}

/** Messages of queue/data (gradio/server_messages.py 6.31), answers of /run, and the bare lists of /call. */
function outputOf(message: Json | undefined): Output | undefined {
  if (isJsonList(message)) return { event: undefined, kind: 'whole', data: message }
  if (!isJsonObject(message)) return undefined
  const { msg, output, event_id: id } = message
  if (msg === undefined)
    return isJsonList(message['data'])
      ? { event: undefined, kind: 'whole', data: message['data'] }
      : undefined
  const kind = msg === 'process_generating' ? 'generating' : msg === 'process_completed' ? 'last' : 'whole'
  const data = isJsonObject(output) ? output['data'] : undefined
  if (typeof msg !== 'string' || !msg.startsWith('process_') || !isJsonList(data)) return undefined
  return { event: typeof id === 'string' ? id : undefined, kind, data }
}

/** Whole values; undefined where differences came to something that isn't known. */
function follow(
  { event = '', kind, data }: Output,
  running: Map<string, readonly Json[]>,
): readonly (Json | undefined)[] {
  const before = running.get(event)
  if (kind !== 'generating') {
    if (kind === 'last') running.delete(event)
    return data
  }
  if (before === undefined) {
    running.set(event, data)
    return data
  }
  const now = data.map((edits, index) => applyDiff(before[index] ?? null, edits))
  running.set(
    event,
    now.map((value) => value ?? null),
  )
  return now
}

function note(
  endpoint: Endpoint,
  values: readonly (Json | undefined)[],
  { sent, pinned, session }: LearnSentParts,
): void {
  for (const [index, { component }] of endpoint.outputs.entries()) {
    if (!pinned.has(component)) continue
    const value = values[index]
    if (value === undefined) {
      sent.forget(session, component)
      continue
    }
    const shown = shownBy(value)
    if (shown !== undefined) sent.note(session, component, pinnable(shown))
  }
}

/** An update may leave the value as it is. */
function shownBy(value: Json): Json | undefined {
  return isUpdate(value) ? value['value'] : value
}

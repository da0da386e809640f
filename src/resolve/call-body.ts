/** The fields of a call's body that a client has business setting (gradio/data_classes.py 6.31, PredictBody). */
import { isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Read } from '../request.ts'

/**
 * Whatever else stands in it goes no further: `event_id`, `batched` and `simple_format` are for the app's own queue, an
 * `oauth_token` would become the function's without a check, and what Gradio doesn't know its clients don't send.
 */
export interface CallBody {
  readonly data: readonly Json[]
  readonly fnIndex?: number
  readonly session?: string
  readonly eventData?: Json
  readonly triggerId?: number
}

export function readCallBody(request: Read): CallBody | Refusal {
  const body = bodyOf(request)
  if (body === undefined) return wrong('body')
  const data = body['data']
  if (!Array.isArray(data)) return wrong('data')
  const fnIndex = body['fn_index'] ?? undefined
  if (fnIndex !== undefined && !isIndex(fnIndex)) return wrong('fn_index')
  const session = body['session_hash'] ?? undefined
  if (session !== undefined && typeof session !== 'string') return wrong('session_hash')
  const triggerId = body['trigger_id'] ?? undefined
  if (triggerId !== undefined && !isIndex(triggerId)) return wrong('trigger_id')
  const eventData = body['event_data'] ?? undefined
  return {
    data: data as readonly Json[],
    ...(fnIndex !== undefined && { fnIndex }),
    ...(session !== undefined && { session }),
    ...(eventData !== undefined && { eventData }),
    ...(triggerId !== undefined && { triggerId }),
  }
}

/** Undefined: no object. (What a client wrote is never asked whether it is a refusal: it could say so.) */
export function bodyOf({ content }: Read): JsonObject | undefined {
  return content.kind === 'json' && isJsonObject(content.value) ? content.value : undefined
}

export function wrong(field: string): Refusal {
  return refuse('body-invalid', { field })
}

/** Python would take `"2"`, `2.0` and `true` for a number too; no client sends them. */
export function isIndex(value: Json): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

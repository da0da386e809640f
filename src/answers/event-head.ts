/** The first words of a message of `queue/data`: what it is and of which event, for those that aren't parsed. */
import { isJsonObject, type Json } from '../kit/json.ts'

export interface EventHead {
  readonly msg: string
  readonly event: string
}

/** As orjson writes a message (gradio/server_messages.py 6.31): nothing of the app's own stands before. */
const shape = /^\{"msg":"([a-z_]{1,40})","event_id":"([A-Za-z0-9_-]{1,128})"/

/** `event_id` of a message, or of what answers a call that was queued. */
export function eventIdIn(message: Json | undefined): string | undefined {
  const id = isJsonObject(message) ? message['event_id'] : undefined
  return typeof id === 'string' ? id : undefined
}

export function readEventHead(text: string): EventHead | undefined {
  const [, msg, event] = shape.exec(text) ?? []
  return msg === undefined || event === undefined ? undefined : { msg, event }
}

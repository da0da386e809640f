/** The first words of a message of `queue/data`: what it is and of which event, for those that aren't parsed. */

export interface EventHead {
  readonly msg: string
  readonly event: string
}

/** As orjson writes a message (gradio/server_messages.py 6.31): nothing of the app's own stands before. */
const shape = /^\{"msg":"([a-z_]{1,40})","event_id":"([A-Za-z0-9_-]{1,128})"/

export function readEventHead(text: string): EventHead | undefined {
  const [, msg, event] = shape.exec(text) ?? []
  return msg === undefined || event === undefined ? undefined : { msg, event }
}

/** What the beginning of a message tells that is too large to be held: whether it brings values, and of which event. */
import { readEventHead, type EventHead } from '../answers/event-head.ts'

/** How the app's messages look: of `queue/data`, of `/call/…/{event_id}`, of MCP, or one JSON answer. */
export type MessageKind = 'events' | 'results' | 'mcp' | 'json'

export interface LargeHead {
  readonly event?: EventHead
}

const withValues =
  /^\{"msg":"process_(?:generating|streaming|completed)","event_id":"[^"]*","output":\{"data":\[/

/** Undefined: not what values begin with, so perhaps the words of an exception. */
export function headOf(kind: MessageKind, head: string): LargeHead | undefined {
  switch (kind) {
    case 'events': {
      const event = withValues.test(head) ? readEventHead(head) : undefined
      return event && { event }
    }
    case 'results':
      return head.startsWith('[') ? {} : undefined
    case 'json':
      // Errors are objects with another first key (gradio/utils.py 6.31, error_payload; FastAPI's `detail`).
      return /^\s*(?:\[|"|\{\s*"data":\s*\[)/.test(head) ? {} : undefined
    case 'mcp':
      // Whether it is an error stands at its end.
      return undefined
  }
}

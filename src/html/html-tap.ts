/** Cleans the HTML in the answers of endpoints for which the operator asks for it: whole values, diffs, what is rendered, MCP. */
import { eventIdIn, readEventHead } from '../answers/event-head.ts'
import type { AnswerMessage, Tap } from '../answers/tap.ts'
import type { Endpoint } from '../app/model.ts'
import type { AnswerRules } from '../config/config.ts'
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { mapList, mapObject } from '../kit/map-json.ts'
import { writeJson } from '../kit/strict-json.ts'
import { sanitizes } from './clean-config.ts'
import { CleanEvents } from './clean-events.ts'
import { cleanToolResult } from './clean-tool-result.ts'
import { asSource, makeHtmlCleaner } from './clean-html.ts'
import { OutputCleaners } from './output-cleaners.ts'
import { cleanComponent, type HtmlCleaner } from './shown-html.ts'

export interface HtmlParts {
  readonly rules: AnswerRules
  /** Where the page itself comes from. */
  readonly origin: string
  /** The endpoint whose answer, or whose event, it is; undefined when nobody knows. */
  readonly endpointOf: (event: string | undefined) => Promise<Endpoint | undefined>
  /** Of the session whose stream it is. */
  readonly events?: CleanEvents
}

/** `events`: of queue/data; `results`: of /call/…/{event_id}; `answer`: of /run and /api; `mcp`: of a tool. */
export type HtmlKind = 'events' | 'results' | 'answer' | 'mcp'

/** What it says has no single meaning, so nobody knows what of it is HTML. */
export class UnreadableHtml extends Error {
  override readonly name = 'UnreadableHtml'
}

/** Characters of one message that are cleaned; what comes after them is shown as its source, since everybody else waits. */
const mostCleaned = 2_000_000
/** What it costs to begin with a text, in characters. */
const beginning = 400

/** Comes last: taken out of HTML, a secret could leave two halves of markup that mean something else together. */
export function makeHtmlTap(
  kind: HtmlKind,
  { rules, origin, endpointOf, events = new CleanEvents() }: HtmlParts,
): Tap {
  const cleanText = makeHtmlCleaner(origin)
  let left = mostCleaned
  const clean: HtmlCleaner = (html) => {
    if (!html.includes('<')) return html
    left -= html.length + beginning
    return left < 0 ? asSource(html) : cleanText(html)
  }
  /** Undefined: nothing of this event is to be cleaned. */
  const cleanersOf = async (event: string | undefined): Promise<OutputCleaners | undefined> => {
    const endpoint = await endpointOf(event)
    if (endpoint === undefined) return new OutputCleaners(undefined, clean)
    if (!sanitizes(rules, endpoint.name)) return undefined
    const cleaners = new OutputCleaners(endpoint, clean)
    return cleaners.isNeeded ? cleaners : undefined
  }
  return {
    marks: kind === 'events' ? ['"process_generating"', '"process_completed"', '"process_streaming"'] : [],
    must: true,
    large: async (head) => {
      const event = kind === 'events' ? readEventHead(head)?.event : undefined
      return (await cleanersOf(event)) === undefined ? 'pass' : 'refuse'
    },
    take: async (message) => {
      const json = message.json()
      const cleaners = await cleanersOf(kind === 'events' ? eventOf(json, message) : undefined)
      if (cleaners === undefined) return undefined
      if (json === undefined) {
        if (message.text.includes('<') || message.text.includes('\\u'))
          throw new UnreadableHtml('An answer is no JSON.')
        return undefined
      }
      left = mostCleaned
      const cleaned = cleanMessage(json, cleaners)
      return cleaned === json ? undefined : writeJson(cleaned)
    },
  }

  function cleanMessage(json: Json, cleaners: OutputCleaners): Json {
    switch (kind) {
      case 'events':
        return isJsonObject(json) ? cleanEvent(json, cleaners) : json
      case 'results':
        return cleanData(json, cleaners)
      case 'answer':
        return isJsonObject(json) ? cleanOutput(json, (data) => cleanData(data, cleaners), clean) : json
      case 'mcp':
        return isJsonObject(json) ? cleanToolResult(json, cleaners) : json
    }
  }

  function cleanEvent(message: JsonObject, cleaners: OutputCleaners): JsonObject {
    const data = events.start(message, cleaners) ?? ((values: Json) => cleanData(values, cleaners))
    return mapObject(message, (one, key) =>
      key === 'output' && isJsonObject(one) ? cleanOutput(one, data, clean) : one,
    )
  }
}

function eventOf(json: Json | undefined, { text }: AnswerMessage): string | undefined {
  return isJsonObject(json) ? eventIdIn(json) : readEventHead(text)?.event
}

function cleanData(data: Json, cleaners: OutputCleaners): Json {
  return isJsonList(data) ? mapList(data, (value, at) => cleaners.at(at)?.(value) ?? value) : data
}

/** Values, and what was rendered beside them (gradio/blocks.py 6.31, render_config). */
function cleanOutput(output: JsonObject, data: (values: Json) => Json, clean: HtmlCleaner): JsonObject {
  return mapObject(output, (one, key) => {
    if (key === 'data') return data(one)
    return key === 'render_config' && isJsonObject(one) ? cleanRendered(one, clean) : one
  })
}

function cleanRendered(config: JsonObject, clean: HtmlCleaner): JsonObject {
  return mapObject(config, (one, key) =>
    key === 'components' && isJsonList(one)
      ? mapList(one, (each) => (isJsonObject(each) ? cleanComponent(each, clean) : each))
      : one,
  )
}

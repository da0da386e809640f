/** Taps that cut down what describes the app inside answers: rendered configurations, and the lists of MCP. */
import type { AnswerMessage, Tap, TextFilter } from '../answers/tap.ts'
import { isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { writeJson } from '../kit/strict-json.ts'
import { filterRendered } from './filter-config.ts'
import { filterMcpAnswer } from './filter-schema.ts'
import type { ViewPlan } from './plan.ts'

/** Asked for with each message, since the app and the policy may change while a stream is open. */
export type CurrentPlan = () => ViewPlan | undefined

/** The app says what can't be cut down: the answer must not go on. */
export class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage'
}

/**
 * For `queue.data`, `call.run` and `call.api`: in messages of the stream under `output`, in whole answers at the top. orjson
 * writes no blanks, json.dumps does. Throws UnreadableMessage, as the other one does.
 */
export function makeRenderTap(planNow: CurrentPlan): Tap {
  const marks = ['"render_config":{', '"render_config": {']
  return {
    marks,
    // What can't be held can't be cut down; in a value the mark's quotes would be escaped.
    large: () => new Stopper(marks),
    take: (message) => rewritten(message, (one) => withRendered(one, planNow())),
  }
}

/** Lets a text pass up to what may not be in it. */
class Stopper implements TextFilter {
  readonly #marks: readonly string[]
  #before = ''

  constructor(marks: readonly string[]) {
    this.#marks = marks
  }

  push(text: string): string {
    const seen = this.#before + text
    if (this.#marks.some((mark) => seen.includes(mark)))
      throw new UnreadableMessage('What a message describes is too large to be cut down.')
    this.#before = seen.slice(-Math.max(...this.#marks.map((mark) => mark.length)))
    return text
  }

  end(): string {
    return ''
  }
}

/** For the answers of `mcp.call` and `mcp.call.http`: lists go by the same names as calls. */
export function makeMcpTap(planNow: CurrentPlan): Tap {
  return {
    marks: ['"tools"', '"resources"', '"resourceTemplates"', '"prompts"'],
    must: true,
    take: (message) => rewritten(message, (one) => filterMcpAnswer(one, planNow())),
  }
}

/** A message that stays as it is keeps its bytes. */
function rewritten(message: AnswerMessage, filter: (value: JsonObject) => JsonObject): string | undefined {
  const value = message.json()
  if (value === undefined) throw new UnreadableMessage('What a message describes has no single meaning.')
  if (!isJsonObject(value)) return undefined
  const filtered = filter(value)
  if (filtered === value) return undefined
  const text = writeJson(filtered)
  return text === writeJson(value) ? undefined : text
}

function withRendered(message: JsonObject, plan: ViewPlan | undefined): JsonObject {
  const output = message['output']
  if (isJsonObject(message['render_config'])) {
    return { ...message, render_config: rendered(message['render_config'], plan) }
  }
  if (!isJsonObject(output) || !isJsonObject(output['render_config'])) return message
  return { ...message, output: { ...output, render_config: rendered(output['render_config'], plan) } }
}

/** What can't be judged isn't rendered: the rest of the message, the results of the call, is the asker's own. */
function rendered(config: JsonObject, plan: ViewPlan | undefined): Json {
  const filtered = plan === undefined ? 'stale' : filterRendered(config, plan)
  return typeof filtered === 'string' ? null : filtered
}

/** What an app's answers may say: exceptions become a number, secrets a word; gr.Error and values pass. */
import { eventIdIn } from '../answers/event-head.ts'
import type { AnswerMessage, Tap } from '../answers/tap.ts'
import type { AnswerRule, AnswerRules } from '../config/config.ts'
import { isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { writeJson } from '../kit/strict-json.ts'
import { findExceptionText, isForTheUser, withText } from './error-text.ts'
import { EventRedactor, type RedactedMessage } from './event-redactor.ts'
import { headOf, type MessageKind } from './large-message.ts'
import { withoutMcpError } from './mcp-error.ts'
import { redactValue } from './redact-value.ts'
import { makeReference, sayWithReference } from './reference.ts'
import { SecretFilter } from './secret-filter.ts'
import { mayHoldSecret, redactSecrets } from './secrets.ts'

/** What was not shown, for the log. */
export type Withheld =
  | { readonly what: 'error'; readonly reference: string; readonly text: string }
  | { readonly what: 'secret'; readonly secrets: readonly string[] }

export interface DisclosureParts {
  readonly rules: AnswerRules
  /** The name of the endpoint that the answer, or this event of it, belongs to; undefined when nobody knows. */
  readonly endpointOf: (event: string | undefined) => Promise<string | undefined>
  readonly note: (withheld: Withheld) => void
  /** At least eight random bytes. */
  readonly random: () => Uint8Array
  /** Of the session whose stream it is: the messages of one event may be spread over several streams. */
  readonly redactor?: EventRedactor
  /** The answer's status says that the app broke: what isn't JSON may be a stack trace. */
  readonly failed?: true
}

/** One for each answer. */
export function makeDisclosureTap(kind: MessageKind, parts: DisclosureParts): Tap {
  const { rules, redactor = new EventRedactor() } = parts
  const special = Object.keys(rules.endpoints).length > 0
  // Of what a session brings together, nobody may choose the milder rule.
  const unknown = kind === 'json' ? rules.all : strictestOf(rules)
  return {
    marks: [],
    large: async (head) => {
      const found = headOf(kind, head)
      const rule = await ruleOf(found?.event?.event)
      if (found?.event !== undefined) redactor.notePassed(found.event)
      // Of what may be an exception nothing passes.
      if (rule.errors === 'reference' && (found === undefined || parts.failed === true)) return 'refuse'
      if (rule.secrets === 'pass') return 'pass'
      const growing = found?.event?.msg === 'process_generating'
      return new SecretFilter(growing, (secrets) => parts.note({ what: 'secret', secrets }))
    },
    take: (message) => {
      const ends = redactor.isFollowing && message.text.includes('process_completed')
      if (!ends && parts.failed !== true && !isWorthALook(message.text)) return undefined
      const json = message.json()
      if (json === undefined) {
        const hides = unknown.errors === 'reference' && isErrorText(kind, message, parts)
        return hides ? writeJson(hide(message.text, parts)) : redactText(message, parts)
      }
      if (!special) return judge(json, rules.all)
      return ruleOf(eventIdIn(json)).then((rule) => judge(json, rule))
    },
  }

  async function ruleOf(event: string | undefined): Promise<AnswerRule> {
    if (!special) return rules.all
    const name = await parts.endpointOf(event)
    return name === undefined ? unknown : (rules.endpoints[name] ?? rules.all)
  }

  function judge(json: Json, rule: AnswerRule): string | undefined {
    if (isJsonObject(json)) redactor.noteEnd(json)
    const told = rule.errors === 'show' ? undefined : withoutException(kind, json, parts)
    if (told !== undefined) return writeJson(told)
    if (rule.secrets === 'pass') return undefined
    const { message, kinds } = redact(json)
    if (kinds.length > 0) parts.note({ what: 'secret', secrets: [...new Set(kinds)] })
    return message === undefined ? undefined : writeJson(message)
  }

  function redact(json: Json): { readonly message?: Json; readonly kinds: readonly string[] } {
    if (kind === 'events' && isJsonObject(json)) return redactor.take(json) satisfies RedactedMessage
    const { value, kinds } = redactValue(json, false)
    return value === json ? { kinds } : { message: value, kinds }
  }
}

function strictestOf({ all, endpoints }: AnswerRules): AnswerRule {
  const every = [all, ...Object.values(endpoints)]
  return {
    errors: every.some(({ errors }) => errors === 'reference') ? 'reference' : 'show',
    secrets: every.some(({ secrets }) => secrets === 'withhold') ? 'withhold' : 'pass',
    html: every.some(({ html }) => html === 'sanitize') ? 'sanitize' : 'pass',
  }
}

/** Whole values and diffs have to be followed from their beginning; of the rest only what may say too much. */
function isWorthALook(text: string): boolean {
  return (
    text.includes('process_generating') ||
    text.includes('error"') ||
    text.includes('"isError"') ||
    text.includes('"detail"') ||
    mayHoldSecret(text) ||
    text.startsWith('"')
  )
}

/** What is no JSON (Python writes NaN) is looked at as the text that it is. */
function redactText({ text }: AnswerMessage, parts: DisclosureParts): string | undefined {
  const filter = new SecretFilter(false, (secrets) => parts.note({ what: 'secret', secrets }))
  const redacted = filter.push(text) + filter.end()
  return redacted === text ? undefined : redacted
}

/** What Starlette says of an exception that nobody caught. */
const constantFailure = 'Internal Server Error'

/** No JSON as the gate reads it; a /call stream brings values as lists, and everything else of its own is of errors. */
function isErrorText(kind: MessageKind, { text }: AnswerMessage, { failed }: DisclosureParts): boolean {
  if (kind === 'results') return !text.startsWith('[')
  return failed === true && text.trim() !== constantFailure
}

function withoutException(kind: MessageKind, json: Json, parts: DisclosureParts): Json | undefined {
  switch (kind) {
    case 'events':
      return isJsonObject(json) ? withoutEventException(json, parts) : undefined
    case 'results':
      // `data: "…"` is the text of an unexpected error (gradio/routes.py 6.31, simple_predict_get).
      if (typeof json === 'string') return hide(json, parts)
      return isJsonObject(json) ? withoutPayload(json, parts) : undefined
    case 'mcp':
      return isJsonObject(json) ? withoutMcpError(json, (text) => hide(text, parts)) : undefined
    case 'json':
      return isJsonObject(json) ? (withoutPayload(json, parts) ?? withoutDetail(json, parts)) : undefined
  }
}

function withoutEventException(message: JsonObject, parts: DisclosureParts): JsonObject | undefined {
  if (message['msg'] === 'unexpected_error') {
    const { message: text } = message
    // The page then starts anew by itself; there is nothing to tell an operator.
    if (typeof text !== 'string' || message['session_not_found'] === true) return undefined
    return { ...message, message: hide(text, parts) }
  }
  if (message['success'] !== false || !isJsonObject(message['output'])) return undefined
  const output = withoutPayload(message['output'], parts)
  return output && { ...message, output }
}

function withoutPayload(payload: JsonObject, parts: DisclosureParts): JsonObject | undefined {
  const text = findExceptionText(payload)
  return text === undefined ? undefined : withText(payload, hide(text, parts))
}

/** Sentences of Gradio's own routes that tell the client what to do next. */
const plain =
  /^(?:Not Found|Not found|Queue is full\.|Component not found\.|File not found|Too many|This API endpoint does not accept)/

function withoutDetail(answer: JsonObject, parts: DisclosureParts): JsonObject | undefined {
  const { detail, ...rest } = answer
  if (detail === undefined || Object.keys(rest).length > 0 || isForTheUser(detail)) return undefined
  if (typeof detail === 'string') return plain.test(detail) ? undefined : { detail: hide(detail, parts) }
  return { detail: hide(writeJson(detail), parts) }
}

function hide(text: string, parts: DisclosureParts): string {
  const reference = makeReference(parts.random())
  parts.note({ what: 'error', reference, text: redactSecrets(text).text })
  return sayWithReference(reference)
}

/** Taps that learn whose files are from what functions gave back: by the component that shows it, never by its looks. */
import { readEventHead, type EventHead } from '../answers/event-head.ts'
import type { AnswerMessage, Tap } from '../answers/tap.ts'
import type { Component, Endpoint, Slot } from '../app/model.ts'
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { fileMark, filesIn, filesInChanges, type HoldsFiles } from './file-data.ts'
import type { Owner } from './owner.ts'
import type { OwnedEvent, Ownership } from './ownership.ts'
import { Recent } from '../kit/recent.ts'
import { isOfOneCall } from './session-hash.ts'

export interface OutputParts {
  readonly ownership: Pick<Ownership, 'noteFiles' | 'findEvent'>
  readonly owner: Owner
  readonly holdsFiles: HoldsFiles
  /** The app's version. */
  readonly gradio: string
  /** As the app declares it, or as it was rendered for the session. */
  readonly endpointOf: (event: OwnedEvent) => Endpoint | undefined
  /** A moment, after which an event that is unknown may be known. */
  readonly pause: (id: string) => Promise<unknown>
}

type Answering = string | undefined | Promise<string | undefined>

/** The answer of /run and /api. */
export function learnRun(parts: OutputParts, endpoint: Endpoint): Tap {
  return {
    marks: [fileMark],
    take: ({ json }) => note(parts, inOutput(json(), endpoint, parts)),
  }
}

/** The answer of a server function of this component; of one that holds no files, nothing is learnt. */
export function learnComponent(parts: OutputParts, { holdsFiles }: Component): Tap {
  return {
    marks: [fileMark],
    take: ({ json }) => note(parts, holdsFiles ? filesIn(json() ?? null, parts.holdsFiles) : []),
  }
}

/**
 * The stream of /call/{name}/{event_id}. It brings the results of every event of its session, without saying which
 * (gradio/routes.py 6.31, process_msg): what one function says in a text box would be read as another's image. So only
 * where the session has this one event: the gate made it for the call, or Gradio did (/call/v2).
 */
export function learnCallResult(parts: OutputParts, event: OwnedEvent): Tap {
  const alone = event.session === undefined || isOfOneCall(event.session)
  return {
    marks: [fileMark],
    take({ json }) {
      const endpoint = alone ? endpointOf(parts, event) : undefined
      return endpoint === undefined ? undefined : note(parts, inData(json(), endpoint, parts))
    },
  }
}

/** Events of one stream whose messages are told apart; a stream that has more at once learns from their last messages. */
const mostEvents = 1_000
/** So often an event is asked for that the app spoke of before it answered the call. */
const mostTries = 40

interface Followed {
  readonly endpoint: Endpoint | undefined
  /** Its first message with values has passed: what follows is changes. */
  begun: boolean
}

/** The stream of /queue/data, which says of each message whose event it is. */
export function learnQueue(parts: OutputParts): Tap {
  const followed = new Recent<Followed>(mostEvents)
  const follow = async (id: string): Promise<Followed> => {
    const event = await findEvent(parts, id)
    const endpoint = event === undefined ? undefined : endpointOf(parts, event)
    const one = { endpoint, begun: false }
    followed.set(id, one)
    return one
  }
  return {
    marks: [fileMark, '"process_generating"'],
    take(message) {
      const head = readHead(message)
      if (head === undefined) return undefined
      const one = followed.get(head.event)
      return one === undefined
        ? follow(head.event).then((found) => learnMessage(parts, found, head.msg, message))
        : learnMessage(parts, one, head.msg, message)
    },
  }
}

/** Ids shift when an app is reloaded; what has another name now is another function. */
function endpointOf(parts: OutputParts, event: OwnedEvent): Endpoint | undefined {
  const endpoint = parts.endpointOf(event)
  return endpoint?.name === event.endpointName ? endpoint : undefined
}

function learnMessage(parts: OutputParts, one: Followed, msg: string, message: AnswerMessage): Answering {
  const changes = msg === 'process_generating' && one.begun
  one.begun ||= msg === 'process_generating'
  const { endpoint } = one
  // A path that changes inside FileData brings no mark of its own.
  if (endpoint === undefined || !message.text.includes(changes ? '"path"' : fileMark)) return undefined
  const json = message.json()
  const output = isJsonObject(json) ? json['output'] : undefined
  return note(parts, inOutput(output, endpoint, parts, changes))
}

/** The app may speak of an event before it has answered the call that made it, or before that answer was looked at. */
export async function findEvent(
  { ownership, owner, pause }: OutputParts,
  id: string,
): Promise<OwnedEvent | undefined> {
  for (let left = mostTries; ; left--) {
    const { event, foreign } = await ownership.findEvent(owner, id)
    if (event !== undefined || foreign || left === 0) return event
    await pause(id)
  }
}

const withValues: ReadonlySet<string> = new Set([
  'process_generating',
  'process_streaming',
  'process_completed',
])

function readHead({ text, json }: AnswerMessage): EventHead | undefined {
  const head = readEventHead(text)
  if (head !== undefined) return withValues.has(head.msg) ? head : undefined
  const message = json()
  if (!isJsonObject(message)) return undefined
  const { msg, event_id: id } = message
  return typeof msg === 'string' && withValues.has(msg) && typeof id === 'string'
    ? { msg, event: id }
    : undefined
}

/** `output` of a message, or the whole answer of /run: values for the outputs, and what was rendered. */
function inOutput(
  output: Json | undefined,
  endpoint: Endpoint,
  parts: OutputParts,
  changes = false,
): string[] {
  if (!isJsonObject(output)) return []
  return [...inData(output['data'], endpoint, parts, changes), ...inRendered(output['render_config'], parts)]
}

function inData(
  data: Json | undefined,
  { outputs }: Endpoint,
  parts: OutputParts,
  changes = false,
): string[] {
  if (!isJsonList(data)) return []
  const { holdsFiles } = parts
  return outputs.flatMap((slot, i) => {
    const value = data[i]
    // The samples of a dataset are values of any components; those that the app declares are shared.
    if (!slot.holdsFiles || slot.type === 'dataset' || value === undefined) return []
    if (makesFilesOfText(slot, parts)) return []
    return changes ? filesInChanges(value, holdsFiles) : filesIn(value, holdsFiles)
  })
}

/**
 * A chat of messages in Gradio 4 looks in each text for words that are paths of files, copies these to where it serves files from,
 * and shows them (gradio/components/chatbot.py 4.44.1, _postprocess_message_messages): any file, named by whoever writes.
 */
function makesFilesOfText({ type, props }: Pick<Slot, 'type' | 'props'>, { gradio }: OutputParts): boolean {
  return type === 'chatbot' && props['type'] === 'messages' && gradio.startsWith('4.')
}

/** Components that were made at run time, with the values that they begin with (gradio/blocks.py 6.31, render_config). */
function inRendered(config: Json | undefined, parts: OutputParts): string[] {
  const components = isJsonObject(config) ? config['components'] : undefined
  if (!isJsonList(components)) return []
  return components.filter(isJsonObject).flatMap((component) => inComponent(component, parts))
}

function inComponent(component: JsonObject, parts: OutputParts): string[] {
  const { holdsFiles } = parts
  const { type, props, api_info: info, api_info_as_input: input, api_info_as_output: output } = component
  if (typeof type !== 'string' || type === 'dataset' || !isJsonObject(props)) return []
  if (makesFilesOfText({ type, props }, parts)) return []
  if (holdsFiles(type, [info, input, output])) return filesIn(props, holdsFiles)
  // Of a button: gradio/components/button.py 6.31. The properties of an HTML component may be anybody's words.
  return type === 'html' ? [] : filesIn(props['icon'] ?? null, holdsFiles)
}

function note({ ownership, owner }: OutputParts, paths: readonly string[]): Answering {
  return paths.length === 0 ? undefined : ownership.noteFiles(owner, paths).then(() => undefined)
}

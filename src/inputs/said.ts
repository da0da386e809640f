/**
 * What people said, where it comes back from their page: the history of a chat, a message that was edited, an option or an
 * example that was clicked. Gradio's chats make the message of their next call of it (gradio/chat_interface.py 6.31,
 * _pop_last_user_message, _edit_message, option_clicked, example_clicked), so what holds for messages holds for it.
 */
import type { Endpoint } from '../app/model.ts'
import { isJsonList, isJsonObject, type Json } from '../kit/json.ts'

const messageBoxes: ReadonlySet<string> = new Set(['textbox', 'multimodaltextbox'])

/** The input of a named function that a chat's messages come from: its first text box. */
export function messageSlotOf({ inputs }: Endpoint): number {
  return inputs.findIndex(({ type }) => messageBoxes.has(type))
}

/** `history`: of a Chatbot, by messages or (before Gradio 6) by pairs of what was said and what was answered. */
export function saidIn(history: Json, endpoint: Endpoint): readonly string[] {
  if (!isJsonList(history)) return []
  const said = history.flatMap((message) => textsOf(contentOf(message)))
  return leavesState(endpoint) ? [...said, ...joined(history)] : said
}

function contentOf(message: Json): Json {
  if (isJsonList(message)) return message[0] ?? null
  return isJsonObject(message) && message['role'] !== 'assistant' ? (message['content'] ?? null) : null
}

/** In Gradio 6, where contents are lists, "retry" makes one message of all that was said in a row, from the session's own copy. */
function joined(history: readonly Json[]): readonly string[] {
  const runs: string[][] = []
  let isOpen = false
  for (const message of history) {
    const content = contentOf(message)
    if (isJsonList(content)) {
      if (!isOpen) runs.push([])
      runs.at(-1)?.push(...textsOf(content))
    }
    isOpen = isJsonList(content)
  }
  return runs.filter((run) => run.length > 1).map((run) => run.join(''))
}

/** Of an event that leaves something in the session for the next call; one that leaves nothing makes no message. */
export function saidBy(eventData: Json | undefined, endpoint: Endpoint): readonly string[] {
  if (!isJsonObject(eventData) || !leavesState(endpoint)) return []
  return textsOf(eventData['value'] ?? null)
}

function leavesState({ outputs }: Endpoint): boolean {
  return outputs.some(({ isState }) => isState)
}

/** A text, or one beside files, or a list of such. */
function textsOf(content: Json): readonly string[] {
  if (typeof content === 'string') return [content]
  if (isJsonList(content)) return content.flatMap(textsOf)
  const text = isJsonObject(content) ? content['text'] : undefined
  return typeof text === 'string' ? [text] : []
}

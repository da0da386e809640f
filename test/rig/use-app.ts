/** What a client of a Gradio app does: calls, event streams, uploads (gradio_client 2.7.2, in the small). */
import { ask, askJson } from './ask.ts'

const api = '/gradio_api'

export interface Calling {
  readonly headers?: Readonly<Record<string, string>>
  readonly session_hash?: string
}

/** Starts a function by name and waits for its result; undefined when it is refused or fails. */
export async function callFunction(
  url: string,
  name: string,
  data: readonly unknown[],
  { headers = {}, session_hash }: Calling = {},
): Promise<readonly unknown[] | undefined> {
  const body = { data, ...(session_hash === undefined ? {} : { session_hash }) }
  const started = await askJson(url, `${api}/call/${name}`, body, { headers })
  if (started.status !== 200) return undefined
  const { event_id } = JSON.parse(started.body) as { event_id: string }
  const text = await readEvents(
    `${url}${api}/call/${name}/${event_id}`,
    headers,
    /event: (?:complete|error)\n.*\n/,
  )
  const complete = /event: complete\ndata: (.*)\n/.exec(text)?.[1]
  return complete === undefined ? undefined : (JSON.parse(complete) as unknown[])
}

/** Text of an event stream, until it holds `last` or ends. */
export async function readEvents(
  address: string,
  headers: Readonly<Record<string, string>>,
  last: RegExp,
): Promise<string> {
  const gone = new AbortController()
  const answer = await fetch(address, { headers, signal: gone.signal })
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (last.test(text)) break
  }
  gone.abort()
  return text
}

/** Opens the stream of a Gradio session and hangs up again; answers its status. */
export async function openEventsOf(
  url: string,
  session_hash: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  return (await ask(url, `${api}/queue/data?session_hash=${session_hash}`, { headers, headOnly: true }))
    .status
}

/** Puts a file there; answers its path on the server, or nothing when that is refused. */
export async function uploadFile(
  url: string,
  name: string,
  content: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const form = new FormData()
  form.append('files', new File([content], name, { type: 'text/plain' }))
  const answer = await fetch(`${url}${api}/upload`, { method: 'POST', body: form, headers })
  if (answer.status !== 200) {
    await answer.body?.cancel()
    return ''
  }
  const [path = ''] = (await answer.json()) as string[]
  return path
}

/** What clients of Gradio send, in the words of the version under test. */
import { ask, askJson, type Asked } from '../rig/ask.ts'
import { readEvents } from '../rig/use-app.ts'
import { api } from './api-of.ts'
import type { Person } from './stage.ts'

let made = 0
export const newSession = () => `chosen${String(++made)}${Math.random().toString(36).slice(2)}`

/** The app's own numbers of its functions; those without a name by what they are wired to. */
export async function numbersOf(url: string): Promise<ReadonlyMap<string, number>> {
  const { dependencies, components } = JSON.parse((await ask(url, '/config')).body) as {
    dependencies: { id: number; api_name: string | false; inputs: number[]; backend_fn: boolean }[]
    components: { id: number; props: { label?: string } }[]
  }
  const hidden = components.find(({ props }) => props.label === 'Hidden box')?.id
  return new Map(
    dependencies.map(({ id, api_name: name, inputs }) => {
      const isPrivate = hidden !== undefined && inputs.includes(hidden)
      return [isPrivate ? 'private_fn' : String(name), id]
    }),
  )
}

export async function componentOf(url: string, type: string): Promise<number> {
  const { components } = JSON.parse((await ask(url, '/config')).body) as {
    components: { id: number; type: string }[]
  }
  return components.find((one) => one.type === type)?.id ?? -1
}

/** Joins the queue as the page does. */
export function join(
  { url, headers }: Person,
  call: { readonly index: number; readonly data: readonly unknown[]; readonly session: string },
): Promise<Asked> {
  const { index: fn_index, data, session: session_hash } = call
  return askJson(url, `${api}/queue/join`, { data, fn_index, session_hash, event_data: null }, { headers })
}

export async function joined(person: Person, call: Parameters<typeof join>[1]): Promise<string> {
  const answer = await join(person, call)
  if (answer.status !== 200) throw new TypeError(`could not join: ${answer.status} ${answer.body}`)
  return (JSON.parse(answer.body) as { event_id: string }).event_id
}

const over = /process_completed|unexpected_error|"detail"/

/** All that the stream of a session brings until a call is over. */
export function listen({ url, headers }: Person, session: string, until = over): Promise<string> {
  return readEvents(`${url}${api}/queue/data?session_hash=${session}`, headers, until)
}

/** Calls by the queue; answers all that came back. */
export async function queued(person: Person, index: number, data: readonly unknown[]): Promise<string> {
  const session = newSession()
  const answer = await join(person, { index, data, session })
  return answer.status === 200 ? listen(person, session) : answer.body
}

/** `/call/<name>` and its result. */
export async function called(
  { url, headers }: Person,
  name: string,
  data: readonly unknown[],
  more: object = {},
): Promise<string> {
  const path = `${api}/call/${name}`
  const answer = await askJson(url, path, { data, ...more }, { headers })
  if (answer.status !== 200) return answer.body
  const { event_id: id } = JSON.parse(answer.body) as { event_id: string }
  const address = `${url}${path.replace(/\/$/, '')}/${id}`
  return readEvents(address, headers, /event: (?:complete|error)\n.*\n|"detail"/)
}

export async function run(
  { url, headers }: Person,
  path: string,
  body: Readonly<Record<string, unknown>>,
): Promise<string> {
  return (await askJson(url, `${api}/${path}`, body, { headers })).body
}

/** Puts a file there; answers its path on the server. */
export async function upload({ url, headers }: Person, name: string, content: string): Promise<string> {
  const form = new FormData()
  form.append('files', new File([content], name, { type: 'text/plain' }))
  const answer = await fetch(`${url}${api}/upload`, { method: 'POST', body: form, headers })
  const text = await answer.text()
  if (answer.status !== 200) throw new TypeError(`could not upload: ${answer.status} ${text}`)
  return (JSON.parse(text) as string[])[0] ?? ''
}

/** As clients hand an uploaded file to a function. */
export function fileData(path: string): object {
  return { path, orig_name: 'wage.txt', meta: { _type: 'gradio.FileData' } }
}

export function readFileOf({ url, headers }: Person, path: string): Promise<Asked> {
  return ask(url, `${api}/file=${path}`, { headers })
}

/** Has two buttons rendered in a session; answers the numbers of their functions there. */
export async function drawn(person: Person, index: number, session: string): Promise<readonly number[]> {
  const body = { data: [2], fn_index: index, session_hash: session }
  const { render_config: config } = JSON.parse(await run(person, 'run/predict', body)) as {
    render_config: { dependencies: { id: number }[] }
  }
  return config.dependencies.map(({ id }) => id)
}

/** The path of the file in what came back. */
export function pathIn(text: string): string {
  const path = /"path":\s*"([^"]+)"/.exec(text)?.[1]
  if (path === undefined) throw new TypeError(`no file in ${text}`)
  return path
}

/** Two people of one app, and what each of their browsers does: joins the queue, listens, reads. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ask, askJson } from '../rig/ask.ts'
import { follow } from '../rig/follow.ts'
import { callFunction, readEvents } from '../rig/use-app.ts'

export type Headers = Readonly<Record<string, string>>

export interface Two {
  readonly url: string
  /** Whose things they are. */
  readonly alice: Headers
  /** Who knows their names. */
  readonly bob: Headers
  readonly app: {
    /** Numbers of functions and components (test/rig/apps/neighbours.py). */
    readonly index: (name: string) => number
    readonly component: (type: string) => number
    /** Where the app keeps its files. */
    readonly temporary: string
    /** How many calls wait for others. */
    readonly queueSize: () => Promise<number>
    /** What the app itself wrote down. */
    readonly journal: () => Promise<string>
  }
}

/** Answers whether it reached its goal. */
export type Attempt = (two: Two) => Promise<boolean>

export const api = '/gradio_api'
export const secret = 'the wage of Alice'
export const done = /process_completed|unexpected_error/

let made = 0
export const newHash = () => `chosen${String(Date.now())}${String(++made)}`

/** Joins the queue as the page does; answers the event's id. */
export async function join(
  { url, app }: Two,
  headers: Headers,
  name: string,
  data: readonly unknown[],
  session_hash: string,
): Promise<string> {
  const body = { data, fn_index: app.index(name), session_hash }
  const answer = await askJson(url, `${api}/queue/join`, body, { headers })
  if (answer.status !== 200) throw new TypeError(`could not join: ${answer.status} ${answer.body}`)
  return (JSON.parse(answer.body) as { event_id: string }).event_id
}

/** Starts a call that brings no session; answers the event's id. */
export async function start({ url }: Two, headers: Headers, name: string, data: readonly unknown[]) {
  const started = await askJson(url, `${api}/call/${name}`, { data }, { headers })
  return (JSON.parse(started.body) as { event_id: string }).event_id
}

export function listen({ url }: Two, headers: Headers, session_hash: string, last: RegExp): Promise<string> {
  return readEvents(`${url}${api}/queue/data?session_hash=${session_hash}`, headers, last)
}

export const stream = ({ url }: Two, headers: Headers, session_hash: string) =>
  follow(`${url}${api}/queue/data?session_hash=${session_hash}`, headers)

export async function read({ url }: Two, headers: Headers, path: string): Promise<string> {
  return (await ask(url, `${api}/file=${encodeURI(path)}`, { headers })).body
}

export async function savedBy({ url }: Two, headers: Headers): Promise<string> {
  const result = await callFunction(url, 'save', [secret], { headers })
  return (result?.[0] as { path: string } | undefined)?.path ?? ''
}

/** A call of Alice's is under way, and she listens. */
export async function begin(two: Two) {
  const [session_hash, word] = [newHash(), newHash()]
  const event_id = await join(two, two.alice, 'hold', [word], session_hash)
  const own = await stream(two, two.alice, session_hash)
  await own.until(new RegExp(`${word} begins`))
  return { own, word, ids: { session_hash, fn_index: two.app.index('hold'), event_id } }
}

/** Calls that hold wait for these. */
export const letGo = (two: Two, ...words: readonly string[]) =>
  Promise.all(words.map((word) => writeFile(path.join(two.app.temporary, word), '')))

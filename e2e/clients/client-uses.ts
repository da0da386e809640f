/** Uses the kitchen app by @gradio/client, as client_uses.py does by Python's. */
import * as gradio from '@gradio/client'

/** What we use of it: its declarations (2.7.0) import each other without file extensions, which Node's resolution can't follow. */
interface GradioClient {
  connect(url: string, options: object): Promise<Client>
}

export interface Client {
  predict(name: string, values: readonly unknown[]): Promise<{ readonly data: Values }>
  submit(name: string, values: readonly unknown[]): AsyncIterable<GradioEvent> & { cancel(): Promise<void> }
  view_api(): Promise<{ readonly named_endpoints: Readonly<Record<string, unknown>> }>
  close(): void
}

type Values = readonly unknown[]

type GradioEvent =
  | { readonly type: 'data'; readonly data: Values }
  | { readonly type: 'log'; readonly log: string; readonly level: string }
  | { readonly type: 'status'; readonly stage: string; readonly message?: unknown }

const { Client, handle_file } = gradio as unknown as {
  readonly Client: GradioClient
  readonly handle_file: (file: File) => unknown
}

/** What a client told: each use by its name, with what came of it. */
export type Told = readonly (readonly [use: string, came: unknown])[]

/** How a client says no. */
export interface Thrown {
  readonly raised: string
  readonly text: string
}

export async function attempt(deed: () => Promise<unknown>): Promise<unknown> {
  try {
    return await deed()
  } catch (thrown) {
    const { name, message } = thrown as Error
    return { raised: name, text: message } satisfies Thrown
  }
}

export function connect(url: string, token?: string): Promise<Client> {
  const headers = token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }
  return Client.connect(url, { events: ['data', 'status', 'log'], ...headers })
}

export async function predict(
  client: Client,
  name: string,
  values: readonly unknown[] = [],
): Promise<Values> {
  return (await client.predict(name, values)).data
}

/** The results as they come; `enough` ends it early, by cancelling. `onCount` is called at each. */
export async function iterate(
  client: Client,
  last: number,
  enough = Infinity,
  onCount?: () => void,
): Promise<Values> {
  const job = client.submit('/count', [last, 0.05])
  const seen: unknown[] = []
  for await (const event of job) {
    if (event.type === 'data') {
      seen.push(event.data[0])
      onCount?.()
    }
    if (event.type === 'status' && event.stage === 'error') throw new Error(String(event.message))
    if (event.type === 'status' && event.stage === 'complete') break
    if (seen.length >= enough) {
      await job.cancel()
      break
    }
  }
  return seen
}

async function shout(client: Client, url: string, text: string, headers: Record<string, string>) {
  const file = new File([text], '小さな note.txt', { type: 'text/plain' })
  const [given] = (await predict(client, '/shout', [handle_file(file)])) as { path: string; url: string }[]
  const answer = await fetch(given?.url ?? url, { headers })
  return { name: given?.path.split('/').at(-1), text: await answer.text() }
}

async function warnings(client: Client) {
  const seen: unknown[] = []
  for await (const event of client.submit('/warn', [])) {
    if (event.type === 'data') seen.push(event.data)
    if (event.type === 'log') seen.push([event.log, event.level])
    if (event.type === 'status' && event.stage === 'complete') break
  }
  return seen
}

/** Everything that the client can do. Files are the program's own to fetch, with the same header. */
export async function useAll(url: string, token?: string): Promise<Told> {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const client = await connect(url, token)
  const numbers = Array.from({ length: 8 }, (_, number) => String(number))
  const uses: Readonly<Record<string, () => Promise<unknown>>> = {
    config: async () => Object.keys((await client.view_api()).named_endpoints).sort(),
    predict: () => predict(client, '/echo', ['hi']),
    'predict outside the queue': () => predict(client, '/fast_echo', ['hi']),
    'submit and iterate': () => iterate(client, 4),
    'several at once': () => Promise.all(numbers.map((number) => predict(client, '/echo', [number]))),
    progress: () => predict(client, '/work'),
    'upload and download': () => shout(client, url, 'quiet words', headers),
    'a large upload and download': async () =>
      (await shout(client, url, 'x'.repeat(3_000_000), headers)).text.split('X').length - 1,
    'state across calls': async () => [
      await predict(client, '/count_up'),
      await predict(client, '/count_up'),
      await predict(client, '/count_up'),
    ],
    'a warning of the app': () => warnings(client),
    'an error of the app': () => attempt(() => predict(client, '/fail')),
    'a fault of the app': () => attempt(() => predict(client, '/crash')),
    cancel: async () => (await iterate(client, 600, 2)).length,
    'predict after it all': () => predict(client, '/echo', ['again']),
  }
  const told: [string, unknown][] = []
  for (const [name, deed] of Object.entries(uses)) told.push([name, await attempt(deed)])
  client.close()
  return told
}

/** Every way in which a Gradio app lets a client run a function; each answers all that came back. */
import { ask, askJson } from '../rig/ask.ts'
import { readEvents } from '../rig/use-app.ts'

export interface Caller {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export interface Wanted {
  readonly name: string
  /** Its number in the app's configuration. */
  readonly index: number
  readonly data: readonly unknown[]
  /** The same by parameter name. */
  readonly named: Readonly<Record<string, unknown>>
}

type Way = (caller: Caller, wanted: Wanted) => Promise<string>

const api = '/gradio_api'
let sessions = 0
export const newSession = () => `attack${String(++sessions)}`

const direct =
  (path: (wanted: Wanted) => string, body: (wanted: Wanted) => object): Way =>
  async ({ url, headers }, wanted) =>
    (await askJson(url, path(wanted), body(wanted), { headers })).body

const started =
  (path: (wanted: Wanted) => string, body: (wanted: Wanted) => object): Way =>
  async ({ url, headers }, wanted) => {
    const answer = await askJson(url, path(wanted), body(wanted), { headers })
    if (answer.status !== 200) return answer.body
    const { event_id } = JSON.parse(answer.body) as { event_id: string }
    const address = `${url}${path(wanted).replace(/\/$/, '')}/${event_id}`
    return readEvents(address, headers, /event: (?:complete|error)\n.*\n/)
  }

/** As the page does it: join the queue, then listen. */
const queued =
  (more: (wanted: Wanted) => object): Way =>
  async ({ url, headers }, wanted) => {
    const session_hash = newSession()
    const body = { session_hash, data: wanted.data, ...more(wanted) }
    const joined = await askJson(url, `${api}/queue/join`, body, { headers })
    if (joined.status !== 200) return joined.body
    const address = `${url}${api}/queue/data?session_hash=${session_hash}`
    return readEvents(address, headers, /process_completed|unexpected_error/)
  }

const plain = ({ data }: Wanted) => ({ data })
const index = ({ data, index: fn_index }: Wanted) => ({ data, fn_index })

export const ways = {
  '/call by name': started(({ name }) => `${api}/call/${name}`, plain),
  '/call by name, with a slash': started(({ name }) => `${api}/call/${name}/`, plain),
  '/call/v2 by name': started(
    ({ name }) => `${api}/call/v2/${name}`,
    ({ named }) => named,
  ),
  '/run by name': direct(({ name }) => `${api}/run/${name}`, plain),
  '/run by name, with a slash': direct(({ name }) => `${api}/run/${name}/`, plain),
  '/api by name': direct(({ name }) => `${api}/api/${name}`, plain),
  '/queue/join by number': queued(({ index: fn_index }) => ({ fn_index })),
  '/run by number under a harmless name': direct(() => `${api}/run/predict`, index),
  '/api by number under a harmless name': direct(() => `${api}/api/predict`, index),
  '/run by number under no name': direct(() => `${api}/run/x`, index),
  MCP: async ({ url, headers }, { name, named }) => {
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: named } }
    const accept = 'application/json, text/event-stream'
    const answer = await ask(url, `${api}/mcp/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, ...headers },
      body: JSON.stringify(call),
    })
    return answer.body
  },
} as const satisfies Readonly<Record<string, Way>>

export type WayName = keyof typeof ways

/** Those that some client of Gradio uses: a number under a name that is no function's is nobody's. */
export const clientWays: readonly WayName[] = (Object.keys(ways) as WayName[]).filter(
  (way) => way !== '/run by number under no name',
)

/** The number of a function, as whoever can read the configuration learns it. */
export async function indexOf(url: string, name: string): Promise<number> {
  const { body } = await ask(url, '/config')
  const { dependencies } = JSON.parse(body) as { dependencies: { id: number; api_name: string }[] }
  const found = dependencies.find(({ api_name }) => api_name === name)
  if (found === undefined) throw new TypeError(`the app has no function ${name}`)
  return found.id
}

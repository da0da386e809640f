/** What the gate asks the app about itself: its own configuration, before anybody is let through. */
import type { Dispatcher } from 'undici'
import { assertionHeader } from '../contract/assertion.ts'
import { GateFault } from '../kit/fault.ts'
import { apiPrefixOf, type ApiPrefix } from './api-prefix.ts'

export interface AppFacts {
  /** Gradio's version, as the app's own configuration says. */
  readonly gradio: string
  /** Where its routes begin. */
  readonly api: ApiPrefix
  /** Changes with every start of the app; text, since it is larger than 2^53. */
  readonly appId: string
  /** Declared pages besides the main one, as paths with a leading slash. */
  readonly pages: readonly string[]
  readonly serverRendered: boolean
}

const largest = 32 * 1024 * 1024

export interface AppClient {
  readonly client: Pick<Dispatcher, 'request'>
  /** Milliseconds to wait for an answer. */
  readonly patience: number
  /** The gate's own, for an app that answers nobody whom it doesn't know; it sees it only after it has asked for it. */
  readonly assertion?: () => Promise<string>
}

export interface AppRequest {
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Characters of the answer after which no more is read. */
  readonly largest?: number
}

export interface AppAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
}

/** Asks the app; GateFault `app-unreachable` when nobody is there, `app-busy` when nobody answers. */
export async function askApp({ client, patience }: AppClient, request: AppRequest): Promise<AppAnswer> {
  try {
    const answer = await client.request({
      method: request.method,
      path: request.path,
      // Loopback without X-Forwarded-For makes Gradio trust the caller with its owner's credentials.
      headers: { 'x-forwarded-for': '0.0.0.0', accept: '*/*', ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      signal: AbortSignal.timeout(patience),
    })
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of answer.body) {
      text += decoder.decode(chunk as Uint8Array, { stream: true })
      if (text.length > (request.largest ?? largest)) break
    }
    return { status: answer.statusCode, headers: answer.headers, text }
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'TimeoutError') {
      throw new GateFault(
        'app-busy',
        'The app took the connection and does not answer. It may be busy: try again.',
        { cause },
      )
    }
    throw new GateFault(
      'app-unreachable',
      'Nothing answers at the address of the app. Start the app first, or correct the address.',
      { cause },
    )
  }
}

/** By GET, with the assertion where the app asks for it. */
export async function read(client: AppClient, path: string): Promise<AppAnswer> {
  const answer = await askApp(client, { method: 'GET', path })
  if (answer.status !== 401 || client.assertion === undefined) return answer
  const headers = { [assertionHeader]: await client.assertion() }
  return askApp(client, { method: 'GET', path, headers })
}

/** `root`: where the app's routes begin. */
export async function readAppId(client: AppClient, root: string): Promise<string | undefined> {
  const answer = await read(client, `${root}/app_id`)
  return answer.status === 200 ? /"app_id"\s*:\s*(-?\d+)/.exec(answer.text)?.[1] : undefined
}

/** Events that wait, those of every function (gradio/queueing.py 6.31, get_status; the same in 4.44). */
export async function readQueueEmpty(client: AppClient, root: string): Promise<boolean> {
  const answer = await read(client, `${root}/queue/status`)
  return answer.status === 200 && /"queue_size"\s*:\s*0\s*[,}]/.test(answer.text)
}

/** GateFault `app-unsafe` when what answers is no Gradio app, `app-login` when it doesn't let the gate read it. */
export async function readApp(client: AppClient, base: string): Promise<AppFacts> {
  const config = await read(client, `${base}/config`)
  if (config.status === 401) throw new GateFault(await loginOf(client, base), ownLogin)
  // It asked for the assertion and choked on it: most likely it couldn't fetch the keys.
  if (config.status >= 500 && client.assertion !== undefined) throw new GateFault('app-login', brokenLogin)
  const parsed = config.status === 200 ? parseConfig(config.text) : undefined
  if (parsed === undefined) throw new GateFault('app-unsafe', noGradio)
  const page = await read(client, `${base}/`)
  const root = `${base}${parsed.api}`
  const appId = (await readAppId(client, root)) ?? ''
  // Fills Gradio's cache of the schema under an address of our own: the first asker's is kept for all (6.31).
  await read(client, `${root}/info`)
  return { ...parsed, appId, serverRendered: isServerRendered(page.text) }
}

/** With `auth=` the page is a form for everybody; with `auth_dependency=` it is 401 (gradio/routes.py 6.31). */
async function loginOf(client: AppClient, base: string): Promise<'app-unsafe' | 'app-login'> {
  const { status } = await read(client, `${base}/`)
  return client.assertion !== undefined && status === 401 ? 'app-login' : 'app-unsafe'
}

const ownLogin =
  'The app has a login of its own (auth= or auth_dependency=). Start it without: behind the gate it would ask twice, ' +
  'and its own login has the weaknesses that the gate closes. An auth_dependency= that checks the assertion of the gate is ' +
  'welcome; this one did not take it: see docs/operate/assertion.md for the lines, the audience and the address of the keys.'
const brokenLogin =
  'The app answers with an error when it is asked for its configuration. If it checks the assertion of the gate ' +
  '(auth_dependency=), see whether it can reach the keys: docs/operate/assertion.md.'
const noGradio = 'What answers there is not a Gradio app: /config holds no Gradio configuration.'

/** Gradio's own page carries the configuration; one that a page server rendered doesn't (gradio/routes.py 6.31). */
export function isServerRendered(page: string): boolean {
  return !page.includes('window.gradio_config')
}

export function parseConfig(text: string): Pick<AppFacts, 'gradio' | 'api' | 'pages'> | undefined {
  let config: unknown
  try {
    config = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof config !== 'object' || config === null || !('version' in config)) return undefined
  if (typeof config.version !== 'string' || !('components' in config)) return undefined
  const gradio = config.version.trim()
  const api = apiPrefixOf(gradio, 'api_prefix' in config ? config.api_prefix : undefined)
  if (api === undefined) return undefined
  const pages = 'pages' in config && Array.isArray(config.pages) ? (config.pages as unknown[]) : []
  const paths = pages.map((page) => (Array.isArray(page) ? (page[0] as unknown) : page))
  const declared = paths.filter((path): path is string => typeof path === 'string' && path !== '')
  return { gradio, api, pages: declared.map((path) => `/${path.replace(/^\/+/, '')}`) }
}

/** Asks the app for everything that its model is made of. */
import { createHash } from 'node:crypto'
import { GateFault } from '../kit/fault.ts'
import { isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { JsonTrouble, parseStrictText } from '../kit/strict-json.ts'
import { apiPrefixOf } from './api-prefix.ts'
import { objectIn, textIn } from './config-fields.ts'
import { makeModel, type DeclaredModel } from './make-model.ts'
import { read, type AppClient } from './read-app.ts'

export interface ReadModel {
  readonly model: DeclaredModel
  /** Of the configuration's bytes: another one means another app. */
  readonly digest: string
}

/** Layouts nest; an app is not somebody's request. */
const limits = { depth: 512, nodes: 20_000_000 }

/** GateFault `app-unsafe` when the app doesn't tell what it is made of. */
export async function readModel(client: AppClient, base: string): Promise<ReadModel> {
  const config = await read(client, `${base}/config`)
  const parsed = config.status === 200 ? parse(config.text) : undefined
  if (parsed === undefined) throw new GateFault('app-unsafe', unreadable('/config'))
  const gradio = textIn(parsed, 'version') ?? ''
  const api = apiPrefixOf(gradio.trim(), parsed['api_prefix'])
  if (api === undefined) throw new GateFault('app-unsafe', unreadable('/config'))
  const root = `${base}${api}`
  const info = await readInfo(client, root)
  const tools = parsed['mcp_server'] === true ? await readJson(client, `${root}/mcp/schema`) : undefined
  const model = makeModel({ config: parsed, info, ...(tools !== undefined && { tools }) })
  if (model === undefined) throw new GateFault('app-unsafe', unreadable('/config'))
  return { model, digest: digestOf(config.text) }
}

/** Undefined when the app doesn't answer with a configuration. */
export async function readDigest(client: AppClient, base: string): Promise<string | undefined> {
  const config = await read(client, `${base}/config`)
  return config.status === 200 ? digestOf(config.text) : undefined
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/**
 * The list of all endpoints is made once per start of the app and kept (gradio/routes.py 6.31, all_app_info), that of the
 * public ones is made again when they change: so the second one goes before the first.
 */
async function readInfo(client: AppClient, root: string): Promise<JsonObject> {
  const all = await readJson(client, `${root}/info?all_endpoints=true`)
  const open = await readJson(client, `${root}/info`)
  if (!isJsonObject(all) || !isJsonObject(open)) throw new GateFault('app-unsafe', unreadable('/info'))
  const named = { ...objectIn(all, 'named_endpoints'), ...objectIn(open, 'named_endpoints') }
  return { ...all, named_endpoints: named }
}

async function readJson(client: AppClient, path: string): Promise<Json | undefined> {
  const answer = await read(client, path)
  return answer.status === 200 ? parseAny(answer.text) : undefined
}

function parse(text: string): JsonObject | undefined {
  const value = parseAny(text)
  return isJsonObject(value) ? value : undefined
}

function parseAny(text: string): Json | undefined {
  try {
    return parseStrictText(text, limits)
  } catch (thrown) {
    if (thrown instanceof JsonTrouble) return undefined
    throw thrown
  }
}

function unreadable(path: string): string {
  return `The app's ${path} is not as Gradio 4.44 to 6 write it, so the gate doesn't know what its functions are.`
}

/** Messages of MCP: which tool a call names, and that it is the same function with the same inputs by any other way. */
import { endpointResource } from '../app/resources.ts'
import type { Endpoint } from '../app/model.ts'
import { isLink } from '../app/file-data.ts'
import { isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { parseRpc, writeRpc, type RpcMessage } from '../mcp/message.ts'
import { findMcpSession } from '../mcp/session.ts'
import { leavesState } from '../mcp/shared-state.ts'
import { readToolCall, writeToolCall } from '../mcp/tool-call.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import { unknownObject, wholeApp, type Asked, type Found } from './asked.ts'
import { callOf, misfitOf, suspectsOf } from './calls.ts'
import { wrong } from './call-body.ts'
import { nameDrawings } from './drawings.ts'
import { fillFromNamed } from './fill-inputs.ts'
import { endpointByName } from './find-endpoint.ts'
import { inlineFile, takeFileArgument } from './mcp-files.ts'
import { judgeFiles } from './named-files.ts'
import { apiPath, changedQuery, inQuery } from './rewrite.ts'

/** By the streamable transport, at whichever of its addresses: the answer comes at once, refusals as JSON-RPC. */
export async function resolveMcp(asked: Asked): Promise<Found | Refusal> {
  const message = readMessage(asked)
  const { id } = message
  const where = { path: `${apiPath(asked, 'mcp')}/`, query: queryOf(asked), answers: true }
  const found = message.kind === 'trouble' ? refusalOf(message) : await resolveMessage(asked, message, where)
  if (id === undefined) return found
  return isRefusal(found) ? { ...found, rpcId: id } : { ...found, target: { ...found.target, rpcId: id } }
}

/** By the older transport: the answer comes in the session's stream, and only its owner may send messages for it. */
export async function resolveMcpPost(asked: Asked): Promise<Found | Refusal> {
  const id = inQuery(asked, 'session_id') ?? ''
  const { own, foreign } = await findMcpSession(asked.parts.ownership, asked.owner, id)
  if (!own) return unknownObject('mcp-session', foreign)
  const message = readMessage(asked)
  if (message.kind === 'trouble') return refusalOf(message)
  const query = new URLSearchParams({ session_id: id }).toString()
  const tools = queryOf(asked)
  return resolveMessage(asked, message, {
    path: `${apiPath(asked, 'mcp', 'messages')}/`,
    query: tools === '' ? query : `${query}&${tools}`,
    answers: false,
  })
}

export function resolveMcpStream(asked: Asked): Found {
  return { target: wholeApp, outgoing: { query: queryOf(asked) } }
}

/** "or else return HTTP 405" (MCP 2025-06-18, Transports): clients then know that nothing is wrong. */
export function noMcpStream(): Refusal {
  return refuse('rpc-stream-absent')
}

interface Where {
  readonly path: string
  readonly query: string
  /** The answer to the message is that to the request, so that the end of a call is seen. */
  readonly answers: boolean
}

/** A client may narrow what it is shown and calls; it is no control (gradio/mcp.py 6.31, get_selected_tools_from_request). */
function queryOf(asked: Asked): string {
  const tools = inQuery(asked, 'tools')
  const others = [...new URLSearchParams(asked.request.query).keys()].filter((name) => name !== 'tools')
  const dropped = Object.fromEntries(others.map((name) => [name, undefined]))
  return tools === undefined ? '' : changedQuery(asked, { ...dropped, tools })
}

type Parsed = ReturnType<typeof parseRpc>

function readMessage({ request }: Asked): Parsed & { readonly id?: string | number } {
  const { content } = request
  return parseRpc(content.kind === 'json' ? content.value : null)
}

function refusalOf({ trouble }: Extract<Parsed, { kind: 'trouble' }>): Refusal {
  return refuse(trouble === 'method' ? 'rpc-method-unknown' : 'rpc-invalid')
}

function resolveMessage(
  asked: Asked,
  message: RpcMessage,
  where: Where,
): Found | Refusal | Promise<Found | Refusal> {
  if (message.method === 'tools/call') return resolveTool(asked, message, where)
  return { target: wholeApp, outgoing: passOn(message, message.params, where) }
}

function passOn(
  message: RpcMessage,
  params: JsonObject,
  { path, query }: Where,
): NonNullable<Found['outgoing']> {
  return { path, query, content: { kind: 'json', value: writeRpc(message, params) } }
}

/** The tool must be one that the app declares, under the name that it declares: prompts and resources are functions too. */
async function resolveTool(asked: Asked, message: RpcMessage, where: Where): Promise<Found | Refusal> {
  const asking = readToolCall(message.params)
  if (asking === undefined) return wrong('params')
  const name = asked.model.tools.get(asking.name)
  const endpoint = name === undefined ? refuse('endpoint-unknown') : endpointByName(asked, name)
  if (isRefusal(endpoint)) return endpoint
  // In the queue Gradio itself calls the tool: whose samples one batch holds can't be seen from here.
  if (endpoint.batch && endpoint.queued && !asked.parts.mcp.mixedBatch)
    return refuse('policy-denied', { reason: 'mcp-batch' })
  const unfit = (why: Refusal): Found => {
    const found = misfitOf(endpoint, why)
    return { ...found, target: { ...found.target, action: 'callFunction' } }
  }
  // What was called goes on when the stream is closed, and when the client takes its message back.
  if (!where.answers && asked.parts.mcp.countsCalls(endpoint.name))
    return refuse('policy-denied', { reason: 'mcp-uncounted' })
  const judged = takeFiles(endpoint, asking.arguments, asked)
  if (isRefusal(judged)) return unfit(judged)
  const data = fillFromNamed(endpoint, judged.values)
  if (isRefusal(data)) return unfit(data)
  // Arguments go on as they came, so no drawing can be named in them; MCP has no way to bring one either.
  if (nameDrawings(endpoint, data, asked) !== data) return unfit(unknownObject('drawing'))
  const call = callOf(endpoint, data, { data: [] })
  if (call === undefined) return unfit(wrong('arguments'))
  const files = await judgeFiles(suspectsOf(call), asked)
  if (isRefusal(files)) return unfit(files)
  const given = await giveFiles(endpoint, { given: asking.arguments, judged: judged.values }, asked)
  if (isRefusal(given)) return unfit(given)
  const { owner, model, parts } = asked
  return {
    target: {
      ...{ resource: endpointResource(endpoint), action: 'callFunction', call, files },
      ...(leavesState(endpoint) && { claim: () => parts.mcp.sharedState.take(owner, model.appId) }),
    },
    outgoing: passOn(message, writeToolCall(asking, given.values), where),
  }
}

/** What a client wrote is never asked itself whether it is a refusal: it could say so. */
type Taken = { readonly kind: 'arguments'; readonly values: JsonObject } | Refusal

/** The arguments as any other way of calling would have them: files as Gradio's FileData. */
function takeFiles(endpoint: Endpoint, given: JsonObject, asked: Asked): Taken {
  // Without a prototype, as parsed: a parameter may be called like what all objects have.
  const values = Object.create(null) as Record<string, Json>
  for (const [name, value] of Object.entries(given)) {
    const parameter = endpoint.parameters.find((one) => one.name === name)
    const isFile = parameter !== undefined && endpoint.inputs[parameter.slot]?.holdsFiles === true
    const one = isFile ? takeFileArgument(value, asked) : value
    if (one === undefined) {
      const input = parameter?.label ?? ''
      return { ...refuse('input-invalid', { endpoint: endpoint.name, input, why: 'file' }), input }
    }
    values[name] = one
  }
  return { kind: 'arguments', values }
}

interface Arguments {
  readonly given: JsonObject
  readonly judged: JsonObject
}

/** The arguments as Gradio's MCP wants them: of the asker's own file, the content. `oauth_token` is for nobody to bring. */
async function giveFiles(
  { parameters }: Endpoint,
  { given, judged }: Arguments,
  asked: Asked,
): Promise<Taken> {
  const all: [string, Json][] = []
  for (const { name } of parameters) {
    const value = given[name]
    if (value === undefined) continue
    const path = typeof value === 'string' ? ownPathIn(judged[name]) : undefined
    if (path === undefined) all.push([name, value])
    else {
      const content = await inlineFile(path, asked)
      if (typeof content !== 'string') return content
      all.push([name, content])
    }
  }
  return { kind: 'arguments', values: Object.fromEntries(all) }
}

/** Of a string that stands for a file. */
function ownPathIn(judged: Json | undefined): string | undefined {
  const path = isJsonObject(judged) ? judged['path'] : undefined
  return typeof path === 'string' && !isLink(path) ? path : undefined
}

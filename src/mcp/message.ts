/** JSON-RPC 2.0 as MCP uses it (2025-06-18, Base protocol): one message, of a method that the gate knows. */
import { isJsonObject, type Json, type JsonObject } from '../kit/json.ts'

/** Chosen by the client; the answer carries it. */
export type RpcId = string | number

/** Requests that are passed on. Gradio's prompts and resources are none of them: see docs/operate/mcp.md. */
const requests = ['initialize', 'ping', 'tools/list', 'tools/call'] as const
const notifications = [
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
] as const

export type RpcRequestMethod = (typeof requests)[number]
export type RpcNotificationMethod = (typeof notifications)[number]

export type RpcMessage =
  | {
      readonly kind: 'request'
      readonly id: RpcId
      readonly method: RpcRequestMethod
      readonly params: JsonObject
    }
  | { readonly kind: 'notification'; readonly method: RpcNotificationMethod; readonly params: JsonObject }

/** What is wrong; with the id where the message is a request that can be answered. */
export interface RpcTrouble {
  readonly kind: 'trouble'
  readonly trouble: 'message' | 'method'
  readonly id?: RpcId
}

const longestId = 256

/**
 * A list of messages is none (2025-06-18 took batches out again), nor is an answer: the gate's clients are asked nothing. Fields
 * that JSON-RPC doesn't know are refused, since another reader might know them.
 */
export function parseRpc(value: Json): RpcMessage | RpcTrouble {
  if (!isJsonObject(value)) return { kind: 'trouble', trouble: 'message' }
  const { jsonrpc, id, method, params: given, ...more } = value
  // Some clients write null where they have none, and the app's reader takes it so.
  const params = given ?? {}
  const answerable = isId(id) ? { id } : {}
  const isWhole = jsonrpc === '2.0' && typeof method === 'string' && isJsonObject(params)
  if (!isWhole || Object.keys(more).length > 0 || (id !== undefined && !isId(id)))
    return { kind: 'trouble', trouble: 'message', ...answerable }
  if (id === undefined) {
    const known = notifications.find((one) => one === method)
    return known === undefined
      ? { kind: 'trouble', trouble: 'method' }
      : { kind: 'notification', method: known, params }
  }
  const known = requests.find((one) => one === method)
  return known === undefined
    ? { kind: 'trouble', trouble: 'method', id }
    : { kind: 'request', id, method: known, params }
}

/** MCP 2025-06-18: no null; what Python and JavaScript both keep as it is. */
export function isId(id: Json | undefined): id is RpcId {
  if (typeof id === 'string') return id.length <= longestId
  return typeof id === 'number' && Number.isSafeInteger(id)
}

export function writeRpc(message: RpcMessage, params: JsonObject): JsonObject {
  const { method } = message
  return message.kind === 'request'
    ? { jsonrpc: '2.0', id: message.id, method, params }
    : { jsonrpc: '2.0', method, params }
}

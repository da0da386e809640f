/** The parameters of `tools/call`: which tool, with what (MCP 2025-06-18, Tools). */
import { isJsonObject, type JsonObject } from '../kit/json.ts'
import { isId, type RpcId } from './message.ts'

export interface ToolCall {
  readonly name: string
  readonly arguments: JsonObject
  /** The client wants to hear of the progress under this word. */
  readonly progressToken?: RpcId
}

/** Undefined when it is none. Whatever else a client says there, Gradio 6.31 doesn't read, and it goes no further. */
export function readToolCall(params: JsonObject): ToolCall | undefined {
  const { name, arguments: given, _meta: meta } = params
  const named = given ?? {}
  if (typeof name !== 'string' || !isJsonObject(named)) return undefined
  if (meta !== undefined && meta !== null && !isJsonObject(meta)) return undefined
  const token = isJsonObject(meta) ? meta['progressToken'] : undefined
  if (token !== undefined && token !== null && !isId(token)) return undefined
  return { name, arguments: named, ...(token !== undefined && token !== null && { progressToken: token }) }
}

export function writeToolCall({ name, progressToken }: ToolCall, given: JsonObject): JsonObject {
  return {
    name,
    arguments: given,
    ...(progressToken !== undefined && { _meta: { progressToken } }),
  }
}

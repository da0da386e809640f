/** Texts of exceptions in the answers of MCP: there, what was meant for the user can't be told from what wasn't. */
import { isJsonObject, type Json, type JsonObject } from '../kit/json.ts'

/**
 * A tool that fails says so with the text of the exception, gr.Error or not (mcp/server/lowlevel/server.py 1.30, call_tool);
 * whatever else fails is an error with the code 0. Those of JSON-RPC itself are constant (section 5.1). Undefined: nothing.
 */
export function withoutMcpError(message: JsonObject, hide: (text: string) => string): JsonObject | undefined {
  const { result, error } = message
  if (isJsonObject(result) && result['isError'] === true) {
    const { content, structuredContent: _, ...rest } = result
    return { ...message, result: { ...rest, content: [{ type: 'text', text: hide(textOf(content)) }] } }
  }
  if (!isJsonObject(error) || isOfProtocol(error['code'])) return undefined
  const { code = 0, message: text } = error
  return { ...message, error: { code, message: hide(typeof text === 'string' ? text : '') } }
}

function isOfProtocol(code: Json | undefined): boolean {
  return typeof code === 'number' && code >= -32700 && code <= -32600
}

function textOf(content: Json | undefined): string {
  if (!Array.isArray(content)) return ''
  const texts = (content as readonly Json[]).map((item) => (isJsonObject(item) ? item['text'] : undefined))
  return texts.filter((text) => typeof text === 'string').join('\n')
}

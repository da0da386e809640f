/** What the app says that it can: of Gradio's MCP, the gate passes tools on. */
import type { Tap } from '../answers/tap.ts'
import { isJsonObject } from '../kit/json.ts'
import { writeJson } from '../kit/strict-json.ts'

/**
 * The answer to `initialize`. Prompts and resources are not offered: which function one of them runs can't be told from its
 * name or address alone (gradio/mcp.py 6.31, get_prompt and read_resource), and the function isn't told who asks.
 */
export function announceTools(): Tap {
  return {
    marks: ['"capabilities"'],
    must: true,
    take({ json }) {
      const message = json()
      const result = isJsonObject(message) ? message['result'] : undefined
      if (!isJsonObject(message) || !isJsonObject(result) || !('protocolVersion' in result)) return undefined
      const all = result['capabilities']
      const capabilities = isJsonObject(all) && all['tools'] !== undefined ? { tools: all['tools'] } : {}
      return writeJson({ ...message, result: { ...result, capabilities } })
    },
  }
}

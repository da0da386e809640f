/** A real client of MCP, the Python SDK, in a process of its own. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { setUpGradio } from '../../scripts/setup-gradio.ts'

export interface McpTask {
  /** Of the gate or the app. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly transport?: 'http' | 'sse'
  /** Below the app's address. */
  readonly path?: string
  /** Seconds that the client waits for an answer. */
  readonly patience?: number
  /** Methods of the SDK's session, each with its arguments. */
  readonly steps: readonly (readonly [method: string, ...given: unknown[]])[]
}

/** What came of each step; of a refusal `{ error: { code, message } }`. */
export async function useMcp(task: McpTask): Promise<readonly Record<string, unknown>[]> {
  const { url, headers = {}, transport = 'http', patience = 30, steps } = task
  const place = task.path ?? (transport === 'sse' ? '/gradio_api/mcp/sse' : '/gradio_api/mcp/')
  const environment = await setUpGradio('rig')
  const client = spawn(environment.python, [path.join(import.meta.dirname, 'mcp-client.py')], {
    env: { ...process.env, ...environment.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  client.stdin.end(JSON.stringify({ url: `${url}${place}`, headers, transport, patience, steps }))
  const [out, errors] = await Promise.all([text(client.stdout), text(client.stderr)])
  try {
    return JSON.parse(out) as Record<string, unknown>[]
  } catch {
    throw new Error(`The client of MCP failed:\n${errors.slice(-2000)}`)
  }
}

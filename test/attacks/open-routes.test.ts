/**
 * The story: nobody has signed in, and the app works all the same, by the routes that its page uses, by those that
 * Gradio's `auth=` forgets, or through MCP. Behind the gate a stranger reaches nothing of the app.
 */
import { describe, expect, it } from 'vitest'
import { ask, askJson } from '../rig/ask.ts'
import { callFunction, uploadFile } from '../rig/use-app.ts'
import { canary, useApp, useAppWithAuth, useGate } from './targets.ts'

const bare = useApp('careless')
const withAuth = useAppWithAuth()
const article = useApp('article')
const gate = useGate(bare)
const api = '/gradio_api'

describe('2.01 run a function without any login', () => {
  /** The ways that ran it. */
  async function runFunction(url: string): Promise<readonly string[]> {
    const data = ['hello']
    const run = await askJson(url, `${api}/run/predict`, { data })
    const apiRun = await askJson(url, `${api}/api/predict`, { data })
    const { fn_index, session_hash } = { fn_index: 0, session_hash: 'stranger1' }
    const joined = await askJson(url, `${api}/queue/join`, { data, fn_index, session_hash })
    const outcomes = {
      call: String(await callFunction(url, 'predict', data)) === 'olleh',
      run: run.body.includes('olleh'),
      api: apiRun.body.includes('olleh'),
      join: joined.body.includes('event_id'),
    }
    return Object.entries(outcomes).flatMap(([way, ran]) => (ran ? [way] : []))
  }

  it('succeeds on the bare app in four ways', async () => {
    expect(await runFunction(bare().url)).toEqual(['call', 'run', 'api', 'join'])
  })

  it('is blocked by the gate', async () => {
    expect(await runFunction(gate().url)).toEqual([])
  })
})

const mcpHeaders = { accept: 'application/json, text/event-stream' }

/** One JSON-RPC request to the MCP server, without login. */
async function askMcp(url: string, method: string, params: object): Promise<string> {
  const message = { jsonrpc: '2.0', id: 1, method, params }
  const ways = [`${api}/mcp/`, `${api}/mcp/http`, `${api}/mcp`]
  const answers = await Promise.all(ways.map((way) => askJson(url, way, message, { headers: mcpHeaders })))
  return answers.map((answer) => answer.body).join('\n')
}

describe('2.10 MCP without login: list the tools', () => {
  const listTools = async (url: string) =>
    `${await askMcp(url, 'tools/list', {})}\n${(await ask(url, `${api}/mcp/schema`)).body}`

  it.each([
    ['the bare app', bare],
    ['auth=', withAuth],
  ])('succeeds on %s', async (_, target) => {
    expect(await listTools(target().url)).toContain('admin_report')
  })

  it('is blocked by the gate', async () => {
    const answer = await listTools(gate().url)
    expect(answer).not.toMatch(/admin_report|direct_tool|jsonrpc/)
    const sse = await ask(gate().url, `${api}/mcp/sse`, { headers: { accept: 'text/event-stream' } })
    expect(sse.status).toBe(401)
  })
})

describe('2.11 MCP without login: call a function that is outside the queue', () => {
  const callTool = (url: string) =>
    askMcp(url, 'tools/call', { name: 'direct_tool', arguments: { text: 'from a stranger' } })

  it.each([
    ['the bare app', bare],
    ['auth=', withAuth],
  ])('succeeds on %s', async (_, target) => {
    expect(await callTool(target().url)).toContain('DIRECT-TOOL from a stranger')
  })

  it('is blocked by the gate', async () => {
    expect(await callTool(gate().url)).not.toContain('DIRECT-TOOL')
  })
})

describe('2.12 MCP without login: call a queued function', () => {
  const callTool = (url: string) =>
    askMcp(url, 'tools/call', { name: 'admin_report', arguments: { month: 'May' } })

  it('succeeds on the bare app', async () => {
    expect(await callTool(bare().url)).toContain('ADMIN-REPORT salaries of May')
  })

  it('is blocked by the gate', async () => {
    expect(await callTool(gate().url)).not.toContain('ADMIN-REPORT')
  })
})

describe('2.18 the page before login lists endpoints, parameters and default values', () => {
  const readPage = async (url: string) => (await ask(url, '/', { headers: { accept: 'text/html' } })).body

  it.each([
    ['the bare app', bare, 'admin_report'],
    ['auth=', withAuth, 'admin_report'],
    ["the article's scheme", article, 'submit'],
  ])('succeeds on %s', async (_, target, name) => {
    const page = await readPage(target().url)
    expect(page).toContain('gradio_api_info')
    expect(page).toContain(name)
  })

  it('is blocked by the gate, on its login page and on every page asked for', async () => {
    const pages = await Promise.all(
      ['/', '/.sekisho/login', '/?page=x', '/gradio_api/runs', '/admin_report'].map((path) =>
        ask(gate().url, path, { headers: { accept: 'text/html' } }),
      ),
    )
    for (const page of pages)
      expect(page.body).not.toMatch(/gradio_api_info|gradio_config|admin_report|salaries/)
  })
})

describe('5.18 upload a file without login', () => {
  it.each([
    ['the bare app', bare],
    ["the article's scheme", article],
  ])('succeeds on %s', async (_, target) => {
    expect(await uploadFile(target().url, 'planted.txt', 'planted')).toContain('planted.txt')
  })

  it('is blocked by the gate', async () => {
    expect(await uploadFile(gate().url, 'planted.txt', 'planted')).toBe('')
  })
})

describe('6.12 how many backend routes answer without login', () => {
  /** Twelve routes of Gradio's backend, each asked as it wants to be asked. */
  const probes: readonly (readonly [method: string, path: string, body?: object])[] = [
    ['GET', '/config'],
    ['GET', `${api}/info`],
    ['POST', `${api}/run/predict`, { data: ['x'] }],
    ['POST', `${api}/cancel`, { session_hash: 'a', fn_index: 0, event_id: 'b' }],
    ['POST', `${api}/reset`, { event_id: 'b' }],
    ['GET', `${api}/queue/status`],
    ['GET', `${api}/app_id`],
    ['GET', `${api}/token`],
    ['GET', `${api}/startup-events`],
    ['GET', '/openapi.json'],
    ['GET', '/monitoring/summary'],
    ['GET', `${api}/mcp/schema`],
  ]

  /** Those that did what they are there for. */
  async function countOpen(url: string): Promise<number> {
    const answers = await Promise.all(
      probes.map(([method, path, body]) =>
        body === undefined ? ask(url, path, { method }) : askJson(url, path, body),
      ),
    )
    return answers.filter((answer) => answer.status === 200).length
  }

  it.each([
    ['succeeds on the bare app: all of them', bare, 12],
    ['succeeds on auth=: seven', withAuth, 7],
  ])('%s', async (_, target, open) => {
    expect(await countOpen(target().url)).toBe(open)
  })

  it('is blocked by the gate: none', async () => {
    expect(await countOpen(gate().url)).toBe(0)
  })

  it('nothing of the app at all through the gate: no answer to any of them says anything', async () => {
    for (const [method, path, body] of probes) {
      const answer =
        body === undefined ? await ask(gate().url, path, { method }) : await askJson(gate().url, path, body)
      expect(answer.status).toBe(401)
      expect(JSON.parse(answer.body)).toEqual({ detail: { error: 'Not authenticated', auth_message: null } })
      expect(answer.body).not.toContain(canary)
    }
  })
})

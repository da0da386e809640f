/** Tools of MCP by their messages, as no SDK would send them, and the people who use them (test/rig/apps/tools.py). */
import { askJson } from '../rig/ask.ts'
import { usePeople, type Person } from './people.ts'
import { useApp } from './targets.ts'

const roles = `
roles:
  viewer: { call: [shout, remember, write, paint, measure, greeting], upload: true, mcp: true }
  admin: { call: "*", upload: true, mcp: true }
  outsider: { call: "*" }
  keeper: { call: [shout], mcp: true, when: { fresh: call } }
`
const members = { alice: ['admin'], bob: ['viewer'], carol: ['viewer'], otto: ['outsider'], kim: ['keeper'] }

/** What operators may add. */
const rules = `
mcp: { shared_state: true }
limits: { endpoints: { shout: { rate: 2/min }, write: { concurrent: 1 } } }
inputs: { write: { text: { pattern: "[a-z ]{1,20}" } } }
`

/** The app, a gate with roles before it, and one with rules as well. */
export function useTools() {
  const app = useApp('tools')
  const bare = (): Person => ({ url: app().url, headers: {} })
  const people = usePeople(app, { config: roles, members })
  return { bare, people, ruled: usePeople(app, { config: `${roles}${rules}`, members }) }
}

export const api = '/gradio_api'
export const accept = 'application/json, text/event-stream'
export const told = (answers: unknown) => JSON.stringify(answers)
export const message = (method: string, params: object = {}) => ({ jsonrpc: '2.0', id: 1, method, params })

export const send = ({ url, headers }: Person, body: unknown, path = `${api}/mcp/`) =>
  askJson(url, path, body, { headers: { accept, ...headers } })

export type Call = readonly [tool: string, given: object, progressToken?: string]
/** What came of each call: its result, or its error. */
export async function use(
  who: Person,
  ...calls: readonly Call[]
): Promise<readonly Record<string, unknown>[]> {
  const answers: Record<string, unknown>[] = []
  for (const [name, given, progressToken] of calls) {
    const more = progressToken === undefined ? {} : { _meta: { progressToken } }
    const answer = await fetch(`${who.url}${api}/mcp/`, {
      method: 'POST',
      headers: { accept, 'content-type': 'application/json', ...who.headers },
      body: JSON.stringify(message('tools/call', { name, arguments: given, ...more })),
    })
    const text = await answer.text()
    const last = text.startsWith('{')
      ? text
      : (text
          .match(/^data: (.*)$/gm)
          ?.at(-1)
          ?.slice(6) ?? '{}')
    const { result, error } = JSON.parse(last) as Record<
      'result' | 'error',
      Record<string, unknown> | undefined
    >
    answers.push(result ?? { error })
  }
  return answers
}

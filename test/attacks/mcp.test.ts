/**
 * The story: tools are functions by another way in, and Gradio asks nobody there: whoever reaches the address lists them,
 * calls them, runs them in one session with everybody else, and reads their exceptions. On the bare app, and behind the
 * gate with roles; where it matters to a client what it is told, with the Python SDK of MCP.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashApiToken, makeApiToken, parseApiToken } from '../../src/tokens/token.ts'
import type { ApiTokenId } from '../../src/store/rows.ts'
import { ask, askJson } from '../rig/ask.ts'
import { logIn } from '../rig/log-in.ts'
import { useMcp } from '../rig/mcp-client.ts'
import { readConfigText } from '../rig/read-config-text.ts'
import { uploadFile } from '../rig/use-app.ts'
import { useApp, useGate } from './targets.ts'
import type { Person } from './people.ts'

const roles = `
roles:
  viewer: { call: [shout, remember, write, paint, measure, greeting], upload: true, mcp: true }
  admin: { call: "*", upload: true, mcp: true }
  outsider: { call: "*" }
`
const members = { alice: 'admin', bob: 'viewer', carol: 'viewer', otto: 'outsider' } as const
type Name = keyof typeof members

const app = useApp('tools')
const gate = useGate(app, { config: readConfigText(roles) })
const ruled = `${roles}
mcp: { shared_state: true }
limits: { endpoints: { shout: { rate: 2/min } } }
inputs: { write: { text: { pattern: "[a-z ]{1,20}" } } }
`
const lenient = useGate(app, { config: readConfigText(ruled) })
const api = '/gradio_api'

const inside = new Map<string, Promise<Person>>()
const people = (name: Name, door = gate): Promise<Person> => {
  const enter = async (): Promise<Person> => {
    const { url, users } = door()
    const password = 'lantern-maple-orbit-velvet-canoe'
    await users.add(name, password, { roles: [members[name]], attributes: {} })
    return { url, headers: { cookie: await logIn({ url, username: name, password }) } }
  }
  const key = `${name} ${door().url}`
  const known = inside.get(key) ?? enter()
  inside.set(key, known)
  return known
}

async function program(role: string): Promise<Person> {
  const text = makeApiToken().reveal()
  const parsed = parseApiToken(text)
  if (parsed === undefined) throw new TypeError('A token of ours can be parsed.')
  const { url, clock, store } = gate()
  const named = { id: text.slice(8, 16) as ApiTokenId, hash: hashApiToken(parsed), name: 'ci' }
  await store.tokens.insert({ ...named, createdAt: clock.now(), roles: [role] })
  return { url, headers: { authorization: `Bearer ${text}` } }
}

const bare = (): Person => ({ url: app().url, headers: {} })
const told = (answers: unknown) => JSON.stringify(answers)

const accept = 'application/json, text/event-stream'
/** One message, as no SDK would send it. */
const send = ({ url, headers }: Person, body: unknown, path = `${api}/mcp/`) =>
  askJson(url, path, body, { headers: { accept, ...headers } })
const message = (method: string, params: object = {}) => ({ jsonrpc: '2.0', id: 1, method, params })

type Call = readonly [tool: string, given: object, progressToken?: string]
/** What came of each call: its result, or its error. */
async function use(who: Person, ...calls: readonly Call[]): Promise<readonly Record<string, unknown>[]> {
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

describe('2.08 a user runs the administrator’s function through MCP', () => {
  const reports = [
    ['admin_report', { month: 'May' }],
    ['direct_report', { month: 'May' }],
  ] as const

  it('succeeds on the bare app', async () => {
    expect(told(await use(bare(), ...reports))).toMatch(/ADMIN-REPORT.*DIRECT-REPORT/)
  })

  it('is refused by the gate like a tool that doesn’t exist', async () => {
    const answers = await use(await people('bob'), ...reports, ['nothing', { month: 'May' }])
    const refused = { error: { code: -32000, message: 'You do not have access to this.' } }
    expect(answers).toEqual([refused, refused, refused])
  })

  it('is done by an administrator, and by a program that may', async () => {
    for (const who of [await people('alice'), await program('admin')])
      expect(told(await use(who, ...reports))).toMatch(/ADMIN-REPORT.*DIRECT-REPORT/)
  })

  it('a user’s own tools are called as before', async () => {
    const answers = await useMcp({
      ...(await people('bob')),
      steps: [
        ['call_tool', 'shout', { text: 'mine' }],
        ['call_tool_with_progress', 'paint', {}],
        ['call_tool', 'admin_report', { month: 'May' }],
        ['send_ping'],
      ],
    })
    expect(answers[0]).toMatchObject({ content: [{ text: 'MINE' }], isError: false })
    expect(answers[1]).toMatchObject({ content: [{ type: 'image' }, { type: 'text' }] })
    expect((answers[1]?.['progress'] as unknown[]).length).toBeGreaterThan(1)
    expect(answers.slice(2)).toEqual([
      { error: { code: -32000, message: 'You do not have access to this.' } },
      {},
    ])
  })
})

describe('2.10 to 2.12 MCP by whoever was not granted it', () => {
  const messages = [message('tools/list'), message('tools/call', { name: 'direct_report', arguments: {} })]
  const paths = [
    `${api}/mcp`,
    `${api}/mcp/`,
    `${api}/mcp/http`,
    `${api}/mcp/messages/?session_id=${'0'.repeat(32)}`,
  ]

  it('is refused, whatever else they may call', async () => {
    const otto = await people('otto')
    for (const path of paths) {
      for (const one of messages) expect((await send(otto, one, path)).status, path).toBe(403)
    }
    for (const path of [`${api}/mcp/sse`, `${api}/mcp/schema`]) {
      const answer = await ask(otto.url, path, { headers: { accept: 'text/event-stream', ...otto.headers } })
      expect(answer.body).not.toMatch(/session_id|admin_report/)
    }
  })

  it('is refused to strangers', async () => {
    const stranger = { url: gate().url, headers: {} }
    for (const path of paths) expect((await send(stranger, messages[0], path)).status).toBe(401)
  })

  it('begins with no page, and with no stream that the app doesn’t have', async () => {
    const { url, headers } = await people('alice')
    for (const accepted of ['text/html', 'text/event-stream']) {
      const answer = await ask(url, `${api}/mcp/`, { headers: { ...headers, accept: accepted } })
      expect(answer.status).toBe(405)
      expect(answer.body).not.toContain('Gradio')
    }
    expect((await ask(url, `${api}/mcp/`, { method: 'DELETE', headers })).status).toBe(404)
  })

  it('is refused to a page of another origin, which Gradio lets in', async () => {
    const origin = { origin: 'https://evil.example' }
    const [open, closed] = await Promise.all(
      [bare(), await people('alice')].map(({ url, headers }) =>
        send({ url, headers: { ...headers, ...origin } }, message('tools/list')),
      ),
    )
    expect(open?.body).toContain('admin_report')
    expect(closed).toMatchObject({ status: 403, body: expect.not.stringContaining('admin_report') as string })
  })
})

describe('the lists', () => {
  const namesIn = (answer: Record<string, unknown> | undefined) =>
    ((answer?.['tools'] ?? []) as { name: string }[]).map(({ name }) => name)

  it.each(['http', 'sse'] as const)('name only what the asker may call, by %s', async (transport) => {
    const steps = [['list_tools']] as const
    const [all] = await useMcp({ ...bare(), transport, steps })
    expect(namesIn(all)).toContain('admin_report')
    const [seen] = await useMcp({ ...(await people('bob')), transport, steps })
    expect(namesIn(seen)).toEqual(['shout', 'remember', 'measure', 'paint', 'write'])
  })

  it('are cut down by the client’s own choice, and never widened by it', async () => {
    const { body } = await send(
      await people('bob'),
      message('tools/list'),
      `${api}/mcp/?tools=shout,admin_report`,
    )
    expect(body).toContain('shout')
    expect(body).not.toMatch(/admin_report|remember/)
  })

  it('of the schema name as much', async () => {
    const { url, headers } = await people('bob')
    const { body } = await ask(url, `${api}/mcp/schema`, { headers })
    expect((JSON.parse(body) as { name: string }[]).map(({ name }) => name)).toEqual([
      ...['shout', 'remember', 'measure', 'paint', 'write', 'greeting'],
    ])
  })
})

describe('a prompt that nobody declared', () => {
  const step = ['get_prompt', 'no such prompt', { text: 'x' }] as const

  it('runs a function of the bare app', async () => {
    expect(told(await useMcp({ ...bare(), steps: [step] }))).toContain('LAST x')
  })

  it('runs nothing behind the gate, which announces tools only', async () => {
    const answers = await useMcp({
      ...(await people('alice')),
      steps: [step, ['capabilities'], ['read_resource', 'notes://x']],
    })
    expect(told(answers)).not.toMatch(/LAST|note x/)
    expect(answers).toMatchObject([{ error: { code: -32601 } }, { tools: {} }, { error: { code: -32601 } }])
    expect(answers[1]).not.toHaveProperty('prompts')
  })
})

describe('5.14 an address in the place of a file', () => {
  let canary: { readonly url: string; reached: number; close(): void }

  beforeAll(async () => {
    const server = createServer((_request, response) => {
      canary.reached++
      response.end('inner')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    canary = { url: `http://127.0.0.1:${String(port)}/inner`, reached: 0, close: () => server.close() }
  })
  afterAll(() => canary.close())

  it('is not fetched: Gradio guards itself, and the gate lets none through', async () => {
    const step = ['measure', { file: canary.url }] as const
    expect(told(await use(bare(), step))).toMatch(/isError":true/)
    expect(await use(await people('bob'), step)).toEqual([{ error: { code: -32000, message: 'Not found.' } }])
    expect(canary.reached).toBe(0)
  })

  it('of one’s own upload is the file; of another’s it is none', async () => {
    const bob = await people('bob')
    const carol = await people('carol')
    const path = await uploadFile(bob.url, 'notes.txt', 'mine alone', bob.headers)
    const step = ['measure', { file: `${bob.url}${api}/file=${path}` }] as const
    expect(told(await use(bob, step))).toContain('10 bytes: mine alone')
    expect(await use(carol, step)).toEqual([{ error: { code: -32000, message: 'Not found.' } }])
  })

  it('is none when the content stands in the message, past all rules of uploads', async () => {
    const step = ['measure', { file: 'data:text/plain;base64,aGk=' }] as const
    expect(told(await use(bare(), step))).toContain('2 bytes: hi')
    expect(await use(await people('bob'), step)).toEqual([
      { error: { code: -32602, message: 'This input is not allowed. (File)' } },
    ])
  })
})

describe('the file that a tool gave back', () => {
  const addressIn = (answers: unknown) =>
    /https?:[^"]*(\/gradio_api\/file=[^"\\]+)/.exec(told(answers))?.[1] ?? ''

  it.each([
    ['write', { text: 'for bob' }],
    ['paint', { shade: 9 }],
  ] as const)('is read by whoever called %s, and by nobody else', async (tool, given) => {
    const [bob, carol] = [await people('bob'), await people('carol')]
    const path = addressIn(await use(bob, [tool, given]))
    expect((await ask(bob.url, path, { headers: bob.headers })).status).toBe(200)
    expect((await ask(carol.url, path, { headers: carol.headers })).status).toBe(404)
  })

  it('is nobody’s when a tool only speaks of it', async () => {
    const [bob, carol] = [await people('bob'), await people('carol')]
    const path = addressIn(await use(bob, ['write', { text: 'secret of bob' }]))
    await use(carol, ['shout', { text: `${bob.url}${path}` }])
    expect((await ask(carol.url, path, { headers: carol.headers })).status).toBe(404)
  })
})

describe('the operator’s rules', () => {
  it('of how often hold for tools', async () => {
    const call = ['shout', { text: 'x' }] as const
    const answers = await use(await people('bob', lenient), call, call, call)
    expect(answers).toMatchObject([
      ...[{ isError: false }, { isError: false }],
      { error: { code: -32000, message: 'Too many calls. Please wait.' } },
    ])
  })

  it('of what may be brought hold for tools', async () => {
    const texts = ['fine', '<script>'].map((text) => ['write', { text }] as const)
    const [fine, refused] = await use(await people('bob', lenient), ...texts)
    expect(fine).toMatchObject({ isError: false })
    expect(refused).toEqual({ error: { code: -32602, message: 'This input is not allowed. (Text)' } })
  })

  it('that the app itself declares hold for tools', async () => {
    expect(await use(await people('bob'), ['paint', { shade: 300 }], ['paint', { shade: 'x' }])).toEqual([
      { error: { code: -32602, message: 'This input is not allowed. (Number)' } },
      { error: { code: -32602, message: 'This input is not allowed. (Number)' } },
    ])
  })
})

describe('what a tool keeps', () => {
  const put = (item: string) => ['remember', { item }, 'p'] as const

  it('is found by the next caller of the bare app', async () => {
    await use(bare(), put('of one'))
    expect(told(await use(bare(), put('of another')))).toMatch(/of one, of another/)
  })

  it('is for the first caller alone behind the gate', async () => {
    const [bob, carol] = [await people('bob'), await people('carol')]
    expect(told(await use(bob, put('of bob')))).toContain('of bob')
    expect(told(await use(carol, put('of carol')))).toContain('You do not have access to this.')
    await gate().restart()
    expect(told(await use(carol, put('of carol')))).toContain('You do not have access to this.')
    expect(told(await use(bob, put('of bob again')))).toContain('of bob again')
    // Nothing is lost of what keeps nothing.
    expect(told(await use(carol, ['shout', { text: 'carol' }]))).toContain('CAROL')
  })

  it('is everybody’s where the operator says so', async () => {
    expect(told(await use(await people('bob', lenient), put('of b')))).toContain('of b')
    expect(told(await use(await people('carol', lenient), put('of c')))).toContain('of b, of c')
  })
})

describe('the session of the older transport', () => {
  /** The address for messages, and everything that comes until `done`. */
  async function listen({ url, headers }: Person) {
    const gone = new AbortController()
    const answer = await fetch(`${url}${api}/mcp/sse`, {
      headers: { accept: 'text/event-stream', ...headers },
      signal: gone.signal,
    })
    const seen = { text: '' }
    const decoder = new TextDecoder()
    const reading = (async () => {
      for await (const chunk of answer.body ?? [])
        seen.text += decoder.decode(chunk as Uint8Array, { stream: true })
    })().catch(() => undefined)
    await expect.poll(() => seen.text).toMatch(/session_id=[0-9a-f]{32}/)
    const address = /\/gradio_api\/mcp\/messages\/\?session_id=[0-9a-f]{32}/.exec(seen.text)?.[0] ?? ''
    const stop = async () => {
      gone.abort()
      await reading
    }
    return { address, seen, stop }
  }
  const client = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } }

  it('takes messages of anybody on the bare app', async () => {
    const { address, seen, stop } = await listen(bare())
    expect((await send(bare(), message('initialize', client), address)).status).toBe(202)
    await expect.poll(() => seen.text).toContain('serverInfo')
    await stop()
  })

  it('takes messages of whoever opened it behind the gate', async () => {
    const [bob, carol] = [await people('bob'), await people('carol')]
    const { address, seen, stop } = await listen(bob)
    expect((await send(carol, message('initialize', client), address)).status).toBe(404)
    expect((await send(bob, message('initialize', client), address)).status).toBe(202)
    await expect.poll(() => seen.text).toContain('serverInfo')
    expect(seen.text.match(/serverInfo/g)).toHaveLength(1)
    await stop()
  })

  it('refuses there what is refused anywhere', async () => {
    const { address, stop } = await listen(await people('bob'))
    const report = message('tools/call', { name: 'admin_report', arguments: { month: 'x' } })
    expect((await send(await people('bob'), report, address)).status).toBe(403)
    await stop()
  })
})

describe('what a tool says when it fails', () => {
  const steps = [
    ['fail', { text: 'x' }],
    ['fail', { text: 'x' }, 'p'],
    ['key', {}],
  ] as const

  it('is the exception itself on the bare app', async () => {
    expect(told(await use(bare(), ...steps))).toMatch(/hunter2.*hunter2.*ghp_/)
  })

  it('is a reference behind the gate', async () => {
    const text = told(await use(await people('alice'), ...steps))
    expect(text).not.toMatch(/hunter2|ghp_/)
    expect(text.match(/Something went wrong in the app\. \(Reference/g)).toHaveLength(2)
    expect(text).toContain('[withheld]')
  })
})

describe('a function that asks who calls', () => {
  it('is told by the gate, through the app’s own queue, and by nobody else', async () => {
    const alice = await people('alice')
    const forged = { ...alice, headers: { ...alice.headers, 'x-sekisho-assertion': 'forged' } }
    const [answer] = await use(forged, ['whoami', {}])
    expect(told(answer)).toContain("'x-sekisho-assertion': '[assertion]'")
    expect(told(answer)).not.toContain('forged')
  })
})

describe('a message that is none', () => {
  it.each([
    ['several at once', [message('tools/list')]],
    ['an answer', { jsonrpc: '2.0', id: 1, result: {} }],
    ['no version', { id: 1, method: 'tools/list' }],
  ])('is refused: %s', async (_what, body) => {
    const { body: text } = await send(await people('alice'), body)
    expect(text).not.toContain('admin_report')
    expect(text).toContain('The request was not understood.')
  })

  it('with one name twice is refused as a whole', async () => {
    const { url, headers } = await people('bob')
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"shout","name":"admin_report","arguments":{}}}'
    const answer = await ask(url, `${api}/mcp/`, {
      method: 'POST',
      headers: { accept, 'content-type': 'application/json', ...headers },
      body,
    })
    expect(answer.status).toBe(400)
  })
})

/**
 * The story: tools are functions by another way in, and Gradio asks nobody there: whoever reaches the address lists them and
 * calls them. On the bare app, and behind the gate with roles; where it matters to a client what it is told, with the Python
 * SDK of MCP.
 */
import { describe, expect, it } from 'vitest'
import { ask } from '../rig/ask.ts'
import { useMcp } from '../rig/mcp-client.ts'
import { accept, api, message, send, told, use, useTools } from './using-tools.ts'

const { bare, people, ruled } = useTools()

describe('2.08 a user runs the administrator’s function through MCP', () => {
  const reports = [
    ['admin_report', { month: 'May' }],
    ['direct_report', { month: 'May' }],
  ] as const

  it('succeeds on the bare app', async () => {
    expect(told(await use(bare(), ...reports))).toMatch(/ADMIN-REPORT.*DIRECT-REPORT/)
  })

  it('is blocked by the gate, like a tool that doesn’t exist', async () => {
    const answers = await use(await people('bob'), ...reports, ['nothing', { month: 'May' }])
    const refused = { error: { code: -32000, message: 'You do not have access to this.' } }
    expect(answers).toEqual([refused, refused, refused])
    const misfits = [['admin_report', {}] as const, ['admin_report', { nothing: 'May' }] as const]
    expect(await use(await people('bob'), ...misfits)).toEqual([refused, refused])
  })

  it('is blocked by the gate where a role asks for the password for each call: a tool can’t bring it', async () => {
    const refused = { error: { code: -32000, message: 'You do not have access to this.' } }
    for (const who of [await people('kim'), await people.program('keeper')])
      expect(await use(who, ['shout', { text: 'mine' }])).toEqual([refused])
  })

  it('is still done through the gate by an administrator, and by a program that may', async () => {
    for (const who of [await people('alice'), await people.program('admin')])
      expect(told(await use(who, ...reports))).toMatch(/ADMIN-REPORT.*DIRECT-REPORT/)
  })

  it('the tools of a program’s own role are called as before', async () => {
    const answers = await useMcp({
      ...(await people.program('viewer')),
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
    const stranger = { url: people.gate().url, headers: {} }
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
    const [seen] = await useMcp({ ...(await people.program('viewer')), transport, steps })
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

  it('succeeds on the bare app: a function runs', async () => {
    expect(told(await useMcp({ ...bare(), steps: [step] }))).toContain('LAST x')
  })

  it('is blocked by the gate, which announces tools only', async () => {
    const answers = await useMcp({
      ...(await people.program('admin')),
      steps: [step, ['capabilities'], ['read_resource', 'notes://x']],
    })
    expect(told(answers)).not.toMatch(/LAST|note x/)
    expect(answers).toMatchObject([{ error: { code: -32601 } }, { tools: {} }, { error: { code: -32601 } }])
    expect(answers[1]).not.toHaveProperty('prompts')
  })
})

describe('the operator’s rules', () => {
  it('of how often hold for tools', async () => {
    const call = ['shout', { text: 'x' }] as const
    const answers = await use(await ruled('bob'), call, call, call)
    expect(answers).toMatchObject([
      ...[{ isError: false }, { isError: false }],
      { error: { code: -32000, message: 'Too many calls. Please wait.' } },
    ])
  })

  it('of what may be brought hold for tools', async () => {
    const texts = ['fine', '<script>'].map((text) => ['write', { text }] as const)
    const [fine, refused] = await use(await ruled('bob'), ...texts)
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

/** The story: all who call tools do it in one session of the app, and whoever knows an open one's name speaks in it. */
import { describe, expect, it } from 'vitest'
import type { Person } from './people.ts'
import { api, message, send, told, use, useTools } from './using-tools.ts'

const { bare, people, ruled } = useTools()

describe('read by MCP what another one’s tools keep', () => {
  const put = (item: string) => ['remember', { item }, 'p'] as const

  it('succeeds on the bare app: the next caller finds it', async () => {
    await use(bare(), put('of one'))
    expect(told(await use(bare(), put('of another')))).toMatch(/of one, of another/)
  })

  it('is blocked by the gate: it is for the first caller alone', async () => {
    const [bob, carol] = [await people('bob'), await people('carol')]
    expect(told(await use(bob, put('of bob')))).toContain('of bob')
    expect(told(await use(carol, put('of carol')))).toContain('You do not have access to this.')
    await people.gate().restart()
    expect(told(await use(carol, put('of carol')))).toContain('You do not have access to this.')
    expect(told(await use(bob, put('of bob again')))).toContain('of bob again')
    // Nothing is lost of what keeps nothing.
    expect(told(await use(carol, ['shout', { text: 'carol' }]))).toContain('CAROL')
  })

  it('is everybody’s where the operator says so', async () => {
    expect(told(await use(await ruled('bob'), put('of b')))).toContain('of b')
    expect(told(await use(await ruled('carol'), put('of c')))).toContain('of b, of c')
  })
})

describe('speak in another one’s session of MCP', () => {
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

  it('succeeds on the bare app', async () => {
    const { address, seen, stop } = await listen(bare())
    expect((await send(bare(), message('initialize', client), address)).status).toBe(202)
    await expect.poll(() => seen.text).toContain('serverInfo')
    await stop()
  })

  it('is blocked by the gate, which takes messages of whoever opened it', async () => {
    const [bob, carol] = [await people('bob'), await people('carol')]
    const { address, seen, stop } = await listen(bob)
    expect((await send(carol, message('initialize', client), address)).status).toBe(404)
    expect((await send(bob, message('initialize', client), address)).status).toBe(202)
    await expect.poll(() => seen.text).toContain('serverInfo')
    expect(seen.text.match(/serverInfo/g)).toHaveLength(1)
    await stop()
  })

  it('starts none of the calls that are counted while they run: their end would not be seen', async () => {
    const bob = await ruled('bob')
    const { address, seen, stop } = await listen(bob)
    const write = { name: 'write', arguments: { text: 'x' } }
    expect((await send(bob, message('initialize', client), address)).status).toBe(202)
    expect((await send(bob, message('tools/call', write), address)).status).toBe(403)
    expect((await send(bob, message('tools/list'), address)).status).toBe(202)
    await expect.poll(() => seen.text).toContain('inputSchema')
    expect(told(await use(bob, ['write', write.arguments]))).toContain('/gradio_api/file=')
    await stop()
  })

  it('refuses there what is refused anywhere', async () => {
    const { address, stop } = await listen(await people('bob'))
    const report = message('tools/call', { name: 'admin_report', arguments: { month: 'x' } })
    expect((await send(await people('bob'), report, address)).status).toBe(403)
    await stop()
  })
})

describe('read by MCP what an exception says', () => {
  const steps = [
    ['fail', { text: 'x' }],
    ['fail', { text: 'x' }, 'p'],
    ['key', {}],
  ] as const

  it('succeeds on the bare app', async () => {
    expect(told(await use(bare(), ...steps))).toMatch(/hunter2.*hunter2.*ghp_/)
  })

  it('is blocked by the gate: there is a reference', async () => {
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

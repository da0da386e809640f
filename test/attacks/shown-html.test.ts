/**
 * A guest book: what one visitor writes is shown to the next as HTML, with whatever script stands in it. Behind the gate the
 * operator says of which functions the HTML is cleaned; everything that ordinary markup does stays.
 */
import { describe, expect, it } from 'vitest'
import { applyDiff } from '../../src/answers/value-diff.ts'
import type { Json } from '../../src/kit/json.ts'
import { ask, askJson } from '../rig/ask.ts'
import { readConfigText } from '../rig/read-config-text.ts'
import { readEvents } from '../rig/use-app.ts'
import { useApp, useGate, useSession } from './targets.ts'
import { clientWays, indexOf, newSession, ways, type Caller } from './ways-to-call.ts'

const app = useApp('boards')
const gate = useGate(app, {
  config: readConfigText(`
roles: { everybody: { given_to: [guests], call: "*", mcp: true } }
answers: { html: sanitize, endpoints: { plain: { html: pass } } }
`),
})
const cookie = useSession(gate)
const bare = (): Caller => ({ url: app().url, headers: {} })
const behind = (): Caller => ({ url: gate().url, headers: { cookie: cookie() } })

const kept = '<h2 class="k">Hello</h2><a href="/next">next</a>'
const entry = `${kept}<img src="x" onerror="alert(1)"><a href="javascript:alert(1)">x</a><script>alert(1)</script>`
const acts = /onerror|javascript:|<script/

/** The values of all messages of a call as they come to its client, one list for each message. */
async function stream({ url, headers }: Caller, name: string, text: string): Promise<Json[][]> {
  const session_hash = newSession()
  const body = { session_hash, data: [text], fn_index: await indexOf(app().url, name) }
  await askJson(url, '/gradio_api/queue/join', body, { headers })
  const address = `${url}/gradio_api/queue/data?session_hash=${session_hash}`
  const events = await readEvents(address, headers, /"msg":"process_completed".*\n\n/)
  let held: Json[] | undefined
  return [...events.matchAll(/^data: (.*)$/gm)].flatMap(([, line = '']) => {
    const { msg, output } = JSON.parse(line) as { msg: string; output?: { data: Json[] } }
    if (output === undefined) return []
    const grows = msg === 'process_generating' && held !== undefined
    held = grows
      ? held?.map((value, at) => applyDiff(value, output.data[at] ?? []) ?? 'does not fit')
      : output.data
    return held === undefined ? [] : [held]
  })
}

describe('a script in what somebody wrote', () => {
  const wanted = { name: 'post', data: [entry], named: { text: entry } }

  it.each(clientWays)('reaches whoever reads it from the bare app: %s', async (way) => {
    const index = await indexOf(app().url, 'post')
    expect(await ways[way](bare(), { ...wanted, index })).toMatch(acts)
  })

  it.each(clientWays)('is gone behind the gate, where the rest stays: %s', async (way) => {
    const index = await indexOf(app().url, 'post')
    const text = await ways[way](behind(), { ...wanted, index })
    expect(text).not.toMatch(acts)
    expect(text).toContain(JSON.stringify(kept).slice(1, -1))
  })

  it('passes where the operator says so', async () => {
    const index = await indexOf(app().url, 'plain')
    const text = await ways['/run by name'](behind(), { ...wanted, name: 'plain', index })
    expect(text).toContain(JSON.stringify(entry).slice(1, -1))
  })

  it('stays text beside it, in a component that shows text', async () => {
    const last = (await stream(behind(), 'both', entry)).at(-1)
    expect(last?.[0]).not.toMatch(acts)
    expect(last?.[1]).toBe(entry)
  })
})

describe('HTML that is streamed', () => {
  it.each(['stream', 'stream_update'])(
    'is clean at every moment, and ends as the clean whole: %s',
    async (name) => {
      const direct = (await stream(bare(), name, entry)).map((values) => JSON.stringify(values))
      expect(direct.some((values) => acts.test(values))).toBe(true)
      const values = (await stream(behind(), name, entry)).map((one) => JSON.stringify(one))
      expect(values.length).toBeGreaterThan(10)
      expect(values.filter((one) => acts.test(one) || one.includes('does not fit'))).toEqual([])
      expect(values.at(-2)).toBe(values.at(-1))
      expect(values.at(-1)).toContain(JSON.stringify(kept).slice(1, -1))
    },
  )
})

describe('other ways in which a component shows HTML', () => {
  it.each(['update', 'table', 'chat'])('are cleaned as well: %s', async (name) => {
    expect(JSON.stringify(await stream(bare(), name, entry))).toMatch(acts)
    const shown = JSON.stringify(await stream(behind(), name, entry))
    const html =
      name === 'table' ? shown.slice(0, shown.lastIndexOf('<h2')) : shown.replace(JSON.stringify(entry), '')
    expect(html).not.toMatch(acts)
    expect(html).toContain('<h2')
  })

  it('does not set what the page is to run', async () => {
    expect(JSON.stringify(await stream(bare(), 'update', 'x'))).toContain('js_on_load')
    expect(JSON.stringify(await stream(behind(), 'update', 'x'))).not.toContain('js_on_load')
  })

  it('is not run by a template that runs its values', async () => {
    const code = 'costs ${alert(1)}'
    expect(JSON.stringify(await stream(bare(), 'letters', code))).toContain('${')
    expect(JSON.stringify(await stream(behind(), 'letters', code))).not.toContain('${')
  })

  it('is no escape that such a template makes markup', async () => {
    const markup = String.raw`\x3cimg src\x3dx onerror\x3dalert(1)\x3e`
    expect((await stream(bare(), 'letters', markup)).at(-1)).toEqual([markup])
    expect((await stream(behind(), 'letters', markup)).at(-1)).toEqual([markup.replaceAll('\\', '\\\\')])
  })

  it('has the page clean Markdown whose cleaning the app switched off', async () => {
    const flagOf = async ({ url, headers }: Caller) =>
      /"sanitize_html":\s?(?:true|false)/.exec((await ask(url, '/config', { headers })).body)?.[0]
    expect(await flagOf(bare())).toMatch(/false/)
    expect(await flagOf(behind())).toMatch(/true/)
  })
})

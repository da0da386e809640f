/**
 * An app that runs with `show_error=True` hands every exception's own words to whoever called: addresses, user names and
 * passwords of what stands behind it. And a function may put a secret into its result by mistake.
 */
import { describe, expect, it } from 'vitest'
import { ask, askJson } from '../rig/ask.ts'
import { readEvents } from '../rig/use-app.ts'
import { readAll } from './read-all.ts'
import { useApp, useGate, useSession } from './targets.ts'
import { clientWays, indexOf, newSession, ways } from './ways-to-call.ts'

const app = useApp('careless')
const gate = useGate(app)
const cookie = useSession(gate)
const names = clientWays.filter((way) => way !== 'MCP')
const inner = 'hunter2'
const wanted = { name: 'leak', data: [], named: {} }

describe('read the words of an exception', () => {
  it.each(names)('succeeds on the bare app: %s', async (way) => {
    const index = await indexOf(app().url, 'leak')
    expect(await ways[way]({ url: app().url, headers: {} }, { ...wanted, index })).toContain(inner)
  })

  it.each(names)('is blocked by the gate, which gives a number that its log resolves: %s', async (way) => {
    const index = await indexOf(app().url, 'leak')
    const text = await ways[way]({ url: gate().url, headers: { cookie: cookie() } }, { ...wanted, index })
    expect(text).not.toContain(inner)
    const reference = /\(Reference ([0-9A-Z]{4}-[0-9A-Z]{4})\)/.exec(text)?.[1]
    expect(reference, text).toBeDefined()
    await expect
      .poll(async () =>
        (await readAll(gate().auditDir)).split('\n').find((line) => line.includes(reference ?? '-')),
      )
      .toContain('app:hunter2@db.internal')
  })

  it('leaves those of gr.Error, which are the author’s own', async () => {
    const index = await indexOf(app().url, 'refuse')
    const session_hash = newSession()
    const headers = { cookie: cookie() }
    await askJson(
      gate().url,
      '/gradio_api/queue/join',
      { data: [], fn_index: index, session_hash },
      { headers },
    )
    const address = `${gate().url}/gradio_api/queue/data?session_hash=${session_hash}`
    expect(await readEvents(address, headers, /process_completed/)).toContain('Not on Sundays.')
  })
})

describe('read a secret in a result', () => {
  const secret = `ghp_${'aB3'.repeat(12)}`
  const show = { name: 'show_key', data: [], named: {} }

  it.each(names)('succeeds on the bare app: %s', async (way) => {
    const index = await indexOf(app().url, 'show_key')
    expect(await ways[way]({ url: app().url, headers: {} }, { ...show, index })).toContain(secret)
  })

  it.each(names)('is blocked by the gate, which takes it out: %s', async (way) => {
    const index = await indexOf(app().url, 'show_key')
    const text = await ways[way]({ url: gate().url, headers: { cookie: cookie() } }, { ...show, index })
    expect(text).not.toContain(secret.slice(0, 12))
    expect(text).toContain('[withheld]')
  })
})

describe('have a malformed request answered with a trace', () => {
  const malformed = ['{', '{"data": 5}', '{"data": [], "fn_index": "x"}', '[]']

  it.each(malformed)('stays blocked on the bare app: %s', async (body) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await ask(app().url, '/gradio_api/queue/join', { method: 'POST', headers, body })
    expect(answer.status).toBe(422)
    expect(answer.body).not.toMatch(/Traceback|File "|\.py\b/)
  })

  it.each(malformed)('is blocked by the gate, with an echo of it: %s', async (body) => {
    const { body: text } = await ask(gate().url, '/gradio_api/queue/join', {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: cookie() },
      body,
    })
    expect(JSON.parse(text)).toEqual({ detail: 'The request was not understood.' })
  })
})

/** Whole answers of the app: bytes in, bytes out. */
import { describe, expect, it } from 'vitest'
import type { AnswerMessage } from '../answers/tap.ts'
import type { JsonObject } from '../kit/json.ts'
import { parseStrictText, writeJson } from '../kit/strict-json.ts'
import { historyNameOf } from './history-name.ts'
import { planView, type ViewPlan } from './plan.ts'
import { allBut, sampleConfig, sampleModel, type SampleFunction } from './sample-app.contract.ts'
import { makeMcpTap, makeRenderTap, UnreadableMessage } from './taps.ts'
import { ViewCache } from './view-cache.ts'
import { viewFor } from './view.ts'

const open: SampleFunction = { id: 0, name: 'open', targets: [[1, 'click']], inputs: [2] }
const report: SampleFunction = { id: 1, name: 'report', targets: [[3, 'click']], outputs: [4] }
const nodes = [
  { id: 1, type: 'button' },
  { id: 2, type: 'textbox', props: { label: `</script><b>&'` } },
  { id: 3, type: 'button' },
  { id: 4, type: 'textbox' },
]
const config = sampleConfig([{ path: '', nodes, functions: [open, report] }], { current_page: '' })
const info = { named_endpoints: { '/open': {}, '/report': {} }, unnamed_endpoints: {} }
const model = sampleModel(config)

function planOf(hidden: readonly string[]): ViewPlan {
  const plan = planView(model, allBut(hidden))
  if (plan === undefined) throw new TypeError('no plan')
  return plan
}

const inScript = (value: JsonObject) =>
  writeJson(value).replace(/[<>&']/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)
const head = '<!doctype html>\n<head>\xa0é <title>&lt;</title>\n\t\t'
const tail = `\n<script>window.gradio_config.root = "'"</script></head>\r\n`
const page = (one: JsonObject = config, other: JsonObject = info) =>
  `${head}<script>window.gradio_config = ${inScript(one)};</script><script>window.gradio_api_info = ${inScript(other)};</script>${tail}`

function show(entryId: string, answer: string, plan: ViewPlan, name: string | null = 'bob'): string {
  const shown = viewFor(entryId)?.(Buffer.from(answer), plan)
  return typeof shown === 'object' ? shown.bytes(name).toString() : String(shown)
}

describe('a page', () => {
  it('is the same to the byte for somebody who may do everything, but for the name', () => {
    expect(show('page.main', page(), planOf([]), null)).toBe(page())
    expect(show('page.main', page(), planOf([]), `</script>'`)).toBe(
      page({ ...config, username: `</script>'` }),
    )
  })

  it('has nothing hidden in what is inlined, and every other byte as it was', () => {
    const shown = show('page.main', page(), planOf(['report']))
    expect(shown).not.toContain('report')
    expect(shown.startsWith(`${head}<script>window.gradio_config = {`)).toBe(true)
    expect(shown.endsWith(`;</script>${tail}`)).toBe(true)
    expect(shown).toContain('\\u003c/script\\u003e\\u003cb\\u003e\\u0026\\u0027')
    expect(show('page.declared', page(), planOf(['report']))).toBe(shown)
    expect(show('page.runs', page(), planOf(['report']))).toBe(shown)
  })

  it.each([
    ['without a configuration', '<html></html>'],
    ['with no schema beside it', page().replace('gradio_api_info', 'gradio_info')],
    ['that ends before its script does', page().slice(0, -tail.length - ';</script>'.length)],
    ['with two configurations', `${page()}<script>window.gradio_config = {};</script>`],
    ['with two schemas', `${page()};</script><script>window.gradio_api_info = {};</script>`],
  ])('%s is not shown', (_, answer) => {
    expect(show('page.main', answer, planOf([]))).toBe('unknown-form')
  })

  it('whose configuration has two meanings is not shown', () => {
    const twice = page().replace('"version":', '"username":"a","version":')
    expect(show('page.main', twice, planOf([]))).toBe('unreadable')
  })
})

describe('an answer in JSON', () => {
  it('is cut down by its entry', () => {
    const plan = planOf(['report'])
    expect(show('config.read', writeJson(config), plan)).not.toContain('report')
    expect(show('config.read', writeJson(config), plan, 'bo"b')).toContain('"username":"bo\\"b"')
    expect(show('schema.info', writeJson(info), plan)).toBe(
      '{"named_endpoints":{"/open":{}},"unnamed_endpoints":{}}',
    )
    expect(show('schema.openapi', '{"paths":{"/gradio_api/call/v2/report":{}}}', plan)).toBe('{"paths":{}}')
    expect(show('mcp.schema', '[{"name":"report"}]', plan)).toBe('[]')
  })

  it.each(['config.read', 'schema.info', 'schema.openapi', 'mcp.schema'])(
    'is not shown when it is none: %s',
    (id) => {
      expect(show(id, '{"a":1,"a":2}', planOf([]))).toBe('unreadable')
      expect(show(id, '', planOf([]))).toBe('unreadable')
      expect(show(id, '"report"', planOf([]))).toBe('unknown-form')
      expect(show(id, '{"detail":"report"}', planOf([]))).toMatch(/^(unknown-form|stale)$/)
    },
  )

  it('that describes nothing has no view', () => {
    for (const id of ['queue.join', 'app.id', 'toString']) expect(viewFor(id)).toBeUndefined()
  })
})

describe('the cache', () => {
  const answer = Buffer.from(writeJson(config))
  const viewer = (key: string, hidden: readonly string[] = []) => ({ key, visibility: () => allBut(hidden) })

  it('makes a plan once for those who see the same of the same app', () => {
    const cache = new ViewCache(1_000_000)
    const plan = cache.planOf(model, viewer('a'))
    expect(cache.planOf(model, viewer('a', ['report']))).toBe(plan)
    expect(cache.planOf(model, viewer('b', ['report']))?.names).toEqual(new Set(['open']))
    expect(cache.planOf(sampleModel(config), viewer('a'))).not.toBe(plan)
  })

  it('gives each plan its own answer, and the same one for the same bytes', () => {
    const cache = new ViewCache(1_000_000)
    const [all, some] = [planOf([]), planOf(['report'])]
    const shown = cache.show('config.read', all, answer)
    expect(cache.show('config.read', all, Buffer.from(answer))).toBe(shown)
    expect(cache.show('config.read', some, answer)).not.toBe(shown)
    expect(cache.show('config.read', all, Buffer.from(`${answer.toString()} `))).not.toBe(shown)
    expect(cache.show('page.main', all, answer)).toBe('unknown-form')
    expect(cache.show('queue.join', all, answer)).toBeUndefined()
  })

  it('keeps what was asked for last, within its bounds', () => {
    const cache = new ViewCache(answer.byteLength * 2.5)
    const plan = planOf([])
    const variant = (blanks: number) => Buffer.concat([answer, Buffer.alloc(blanks, ' ')])
    const first = cache.show('config.read', plan, variant(1))
    const second = cache.show('config.read', plan, variant(2))
    expect(cache.show('config.read', plan, variant(1))).toBe(first)
    cache.show('config.read', plan, variant(3))
    expect(cache.show('config.read', plan, variant(1))).toBe(first)
    expect(cache.show('config.read', plan, variant(2))).not.toBe(second)
  })
})

describe('a message that passes', () => {
  const message = (value: JsonObject | string): AnswerMessage => {
    const text = typeof value === 'string' ? value : writeJson(value)
    return { text, json: () => parseStrictText(text, { depth: 64, nodes: 10_000 }) }
  }
  const rendered = sampleConfig(
    [
      {
        path: '',
        nodes: [{ id: 9, type: 'textbox', props: { type: 'password', value: 'a-password' } }],
        functions: [{ id: 7, name: 'drawn', targets: [[9, 'submit']], more: { rendered_in: 0 } }],
      },
    ],
    { render_id: 0 },
  )
  const blank = (text: unknown) => expect(text).not.toContain('a-password')

  it('loses the secrets of what is rendered in it, in a stream and in a whole answer', async () => {
    const tap = makeRenderTap(() => planOf([]))
    const streamed = await tap.take(
      message({ msg: 'process_completed', output: { data: [1], render_config: rendered } }),
    )
    expect(streamed).toContain('"data":[1]')
    expect(streamed).toContain('"drawn"')
    blank(streamed)
    const whole = await tap.take(message({ data: [], render_config: rendered }))
    expect(whole).toContain('"drawn"')
    blank(whole)
  })

  it('renders nothing when the view cannot be told', async () => {
    const output = { data: ['mine'], render_config: rendered }
    expect(await makeRenderTap(() => undefined).take(message({ output }))).toBe(
      '{"output":{"data":["mine"],"render_config":null}}',
    )
  })

  it('stays as it came when nothing in it goes', async () => {
    const tap = makeRenderTap(() => planOf([]))
    const plain = sampleConfig([{ path: '', nodes: [], functions: [] }], { render_id: 0 })
    expect(await tap.take(message({ output: { data: [1.5], render_config: plain } }))).toBeUndefined()
    expect(await tap.take(message({ output: { render_config: null } }))).toBeUndefined()
    expect(await tap.take(message('["render_config"]'))).toBeUndefined()
    const mcp = makeMcpTap(() => planOf([]))
    expect(await mcp.take(message({ result: { content: [{ text: '"tools"' }] } }))).toBeUndefined()
  })

  it('does not pass when it can be read in two ways', () => {
    const twice: AnswerMessage = { text: '{"render_config":{},"render_config":{}}', json: () => undefined }
    expect(() => makeRenderTap(() => planOf([])).take(twice)).toThrow(UnreadableMessage)
    expect(() => makeMcpTap(() => planOf([])).take(twice)).toThrow(UnreadableMessage)
  })

  it('lists no tools that are hidden', async () => {
    const tap = makeMcpTap(() => planOf(['report']))
    expect(await tap.take(message({ id: 1, result: { tools: [{ name: 'report' }] } }))).toBe(
      '{"id":1,"result":{"tools":[]}}',
    )
  })
})

it('people of one browser have histories of their own', () => {
  const session = { id: 's-1' }
  const username = 'bob' as never
  expect(historyNameOf({ kind: 'user', username })).toBe('bob')
  expect(historyNameOf({ kind: 'guest', session })).toBe('guest:s-1')
  expect(historyNameOf({ kind: 'token', token: { id: 't-1' } })).toBe('token:t-1')
  expect(historyNameOf({ kind: 'nobody' })).toBeNull()
})

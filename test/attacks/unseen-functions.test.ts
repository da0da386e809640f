/** An app tells every visitor of every function, and what stands in its password boxes; a view tells of none but one's own. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppModel, Endpoint } from '../../src/app/model.ts'
import { isJsonObject, Numeral, type Json, type JsonObject } from '../../src/kit/json.ts'
import { parseStrictJson } from '../../src/kit/strict-json.ts'
import { makeMcpTap } from '../../src/views/taps.ts'
import { viewFor } from '../../src/views/view.ts'
import type { Visibility } from '../../src/views/visibility.ts'
import { startTestApp, type GradioApp } from '../rig/test-app.ts'
import { modelOf, planFor } from '../rig/view-plan.ts'

const everything: Visibility = {
  endpoint: () => true,
  page: () => true,
  component: () => true,
  componentFunction: () => true,
  mcp: true,
}
const only = (...names: string[]): Visibility => ({
  ...everything,
  endpoint: ({ group }) => names.includes(group),
  componentFunction: () => false,
})

const secrets = [
  ...['s3cret-default', 'Database password', 'Admin files', '/apps', 'root_dir'],
  ...['Administration', 'root-account', 'after the purge'],
]

const described = {
  '/': 'page.main',
  '/config': 'config.read',
  '/config?page=': 'config.read',
  '/gradio_api/info': 'schema.info',
  '/gradio_api/info?all_endpoints=true': 'schema.info',
  '/gradio_api/openapi.json': 'schema.openapi',
} as const
const ofKitchen = { ...described, '/second-page': 'page.declared', '/config?page=second-page': 'config.read' }
const ofCareless = { ...described, '/gradio_api/mcp/schema': 'mcp.schema', '/gradio_api/runs': 'page.runs' }

describe.each([
  ['kitchen', ofKitchen, ['echo'], 'count'],
  ['careless', ofCareless, ['predict'], 'admin_report'],
  ['panels', described, ['connect', 'ask', 'finish'], 'purge'],
] as const)('what %s tells', (name, paths: Readonly<Record<string, string>>, granted, hidden) => {
  let app: GradioApp
  let model: AppModel
  let answers: readonly (readonly [string, string, Buffer])[]

  beforeAll(async () => {
    app = await startTestApp(name)
    model = await modelOf(app.url)
    answers = await Promise.all(
      Object.entries(paths).map(async ([path, entry]) => {
        const answer = await fetch(`${app.url}${path}`, { headers: { 'accept-encoding': 'identity' } })
        expect([path, answer.status]).toEqual([path, 200])
        return [path, entry, Buffer.from(await answer.arrayBuffer())] as const
      }),
    )
  })
  afterAll(() => app?.stop())

  function shown(entry: string, answer: Buffer, visibility: Visibility, asker: string | null = null): Buffer {
    const view = viewFor(entry)?.(answer, planFor(model, visibility))
    if (typeof view !== 'object') throw new TypeError(view)
    return view.bytes(asker)
  }

  it('without a view is everything', () => {
    const texts = answers.map(([path, , answer]) => [path, answer.includes(hidden)] as const)
    expect(texts.filter(([path, told]) => !told && !path.includes('second'))).toEqual([])
  })

  it('is unchanged for somebody who may do everything, but for passwords and paths of the server', () => {
    for (const [path, entry, answer] of answers) {
      const view = shown(entry, answer, everything)
      expect([path, partsOf(view).map(canonical)]).toEqual([
        path,
        partsOf(answer).map(withoutSecrets).map(canonical),
      ])
      expect(view.includes('s3cret-default')).toBe(false)
    }
  })

  it('is the same to the byte outside of what is inlined in pages', () => {
    for (const [, entry, answer] of answers.filter(([, one]) => one.startsWith('page.'))) {
      expect(around(shown(entry, answer, only(...granted)))).toBe(around(answer))
    }
  })

  it('names nothing that may not be called', () => {
    for (const [path, entry, answer] of answers) {
      const text = shown(entry, answer, only(...granted)).toString()
      const seen = namesIn(text, [...model.endpoints.values()], granted)
      expect([path, seen]).toEqual([path, []])
      for (const secret of secrets) {
        expect(text).not.toContain(secret)
      }
    }
  })

  it('is the same when it passes twice', () => {
    for (const [, entry, answer] of answers) {
      const once = shown(entry, answer, only(...granted), 'bob')
      expect(shown(entry, once, only(...granted), 'bob').equals(once)).toBe(true)
    }
  })

  it('holds together for any set of functions', () => {
    const [, , config] = answers.find(([path]) => path === '/config') ?? ['', '', Buffer.alloc(0)]
    const all = [...model.endpoints.keys()]
    const sets = fc.tuple(fc.subarray(all), fc.boolean(), fc.boolean())
    fc.assert(
      fc.property(sets, ([visible, ls, second]) => {
        const visibility: Visibility = {
          ...everything,
          endpoint: ({ id }) => visible.includes(id),
          page: (path) => path === '' || second,
          componentFunction: () => ls,
        }
        const [view] = partsOf(shown('config.read', config, visibility))
        expect(looseEnds(view ?? null)).toEqual([])
      }),
      { numRuns: 150 },
    )
  })
})

describe('careless, asked in other ways', () => {
  let app: GradioApp
  let model: AppModel

  beforeAll(async () => {
    app = await startTestApp('careless')
    model = await modelOf(app.url)
  })
  afterAll(() => app?.stop())

  it('lists by MCP no tool that may not be called', async () => {
    const answer = await fetch(`${app.url}/gradio_api/mcp/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    })
    const text = /^data: (.*?)\r?$/m.exec(await answer.text())?.[1] ?? ''
    expect(text).toContain('"admin_report"')
    const tap = makeMcpTap(() => planFor(model, only('predict')))
    expect(tap.marks.some((mark) => text.includes(mark))).toBe(true)
    const seen = await tap.take({ text, json: () => parseStrictJson(Buffer.from(text), limits) })
    const { result } = JSON.parse(seen ?? '') as { result: { tools: { name: string }[] } }
    expect(result.tools.map(({ name }) => name)).toEqual(['predict'])
  })

  it('brings back by a deep link what was saved, and nothing that is hidden', async () => {
    const session = 'deep-1'
    const run = { data: ['saved text'], fn_index: model.byName.get('predict')?.id, session_hash: session }
    const ran = await fetch(`${app.url}/gradio_api/run/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(run),
    })
    expect(ran.status).toBe(200)
    const link = (await (
      await fetch(`${app.url}/gradio_api/deep_link?session_hash=${session}`)
    ).json()) as string
    const saved = await (await fetch(`${app.url}/config?deep_link=${link}`)).text()
    expect(saved).toContain('"deep_link_state":"valid"')
    expect(saved).toContain('txet devas')
    const view = viewFor('config.read')?.(Buffer.from(saved), planFor(model, only('predict')))
    if (typeof view !== 'object') throw new TypeError(view)
    const shown = view.bytes('bob')
    expect(shown.includes('txet devas')).toBe(true)
    expect(shown.includes('admin_report')).toBe(false)
    expect(shown.includes('s3cret-default')).toBe(false)
    expect(looseEnds(partsOf(shown)[0] ?? null)).toEqual([])
  })
})

const limits = { depth: 500, nodes: 10_000_000 }
const inlined =
  /<script>window\.gradio_config = (.*?);<\/script><script>window\.gradio_api_info = (.*?);<\/script>/s

/** The JSON of an answer, or what a page has inlined. */
function partsOf(answer: Buffer): readonly Json[] {
  if (!answer.subarray(0, 15).includes('<!doctype')) return [parseStrictJson(answer, limits)]
  const [, ...parts] = inlined.exec(answer.toString()) ?? []
  return parts.map((part) => parseStrictJson(Buffer.from(part), limits))
}

function around(page: Buffer): string {
  return page.toString('latin1').replace(inlined, '')
}

/** Sorted, numbers as they were written. */
function canonical(value: Json): string {
  if (value instanceof Numeral) return value.text
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join()}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`)
  return `{${members.sort().join()}}`
}

/** What nobody is shown: values of password boxes, folders of the server. */
function withoutSecrets(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(withoutSecrets)
  if (!isJsonObject(value)) return value
  if (value['parameter_default'] === 's3cret-default')
    return { ...value, parameter_has_default: false, parameter_default: null }
  const isPassword = value['type'] === 'password' && value['name'] === 'textbox'
  const kept = Object.entries(value).filter(([key]) => key !== 'root_dir' && !(isPassword && key === 'value'))
  const changed = kept.map(([key, one]): [string, Json] => [
    key,
    key === 'code_snippets' && canonical(one).includes('s3cret-default') ? {} : withoutSecrets(one),
  ])
  // It had a value and belongs to no function, so that nobody could type into it.
  const frozen: [string, Json][] = value['label'] === 'Database password' ? [['interactive', false]] : []
  return Object.fromEntries([...changed, ...frozen])
}

/** Names that are quoted, or stand in a path; `query` is also a word of OpenAPI. */
function namesIn(
  given: string,
  endpoints: readonly Endpoint[],
  granted: readonly string[],
): readonly string[] {
  const text = given.replaceAll('\\"', '"').replaceAll('"in":"query"', '')
  return endpoints
    .filter(({ group, onServer }) => onServer && !granted.includes(group))
    .map(({ name }) => name)
    .filter((name) => new RegExp(`["/]${name}["/]`).test(text))
}

/** Ids that point at nothing. */
function looseEnds(config: Json): readonly string[] {
  if (!isJsonObject(config)) return ['no configuration']
  const list = (value: Json | undefined) => (Array.isArray(value) ? (value as readonly Json[]) : [])
  const objects = (value: Json | undefined) => list(value).filter(isJsonObject)
  const components = new Set([0, ...objects(config['components']).map(({ id }) => Number(id))])
  const dependencies = objects(config['dependencies'])
  const events = new Set(dependencies.map(({ id }) => Number(id)))
  const layoutIds = (node: Json | undefined): readonly number[] =>
    isJsonObject(node) ? [Number(node['id']), ...list(node['children']).flatMap(layoutIds)] : []
  const pages = Object.values(isJsonObject(config['page']) ? config['page'] : {}).filter(isJsonObject)
  const named = (one: JsonObject, ...keys: string[]) => keys.flatMap((key) => list(one[key]).map(Number))
  const toComponents = [
    ...dependencies.flatMap((one) => named(one, 'inputs', 'outputs', 'show_progress_on')),
    ...pages.flatMap((page) => [...named(page, 'components'), ...layoutIds(page['layout'])]),
    ...layoutIds(config['layout']),
  ]
  const toEvents = [
    ...dependencies.flatMap((one) => [...named(one, 'cancels'), ...followed(one)]),
    ...pages.flatMap((page) => named(page, 'dependencies')),
  ]
  return [
    ...toComponents.filter((id) => !components.has(id)).map((id) => `component ${id}`),
    ...toEvents.filter((id) => !events.has(id)).map((id) => `function ${id}`),
  ]
}

function followed({ trigger_after: after }: JsonObject): readonly number[] {
  return typeof after === 'number' ? [after] : []
}

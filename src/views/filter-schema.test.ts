/** Descriptions of the API name only what may be called. */
import { describe, expect, it } from 'vitest'
import { makeModel } from '../app/make-model.ts'
import type { JsonObject } from '../kit/json.ts'
import { filterInfo, filterMcpAnswer, filterMcpSchema, filterOpenApi } from './filter-schema.ts'
import { planView, type ViewPlan } from './plan.ts'
import { allBut, sampleConfig } from './sample-app.contract.ts'

const parameter = (name: string, value: string) => ({
  label: name,
  parameter_name: name,
  parameter_has_default: true,
  parameter_default: value,
  type: { type: 'string' },
})
const info = {
  named_endpoints: {
    '/open': { parameters: [parameter('word', 'a-password'), parameter('text', 'hello')], returns: [] },
    '/report': { parameters: [], returns: [] },
    '/of-another-app': { parameters: [], returns: [] },
  },
  unnamed_endpoints: { 7: { parameters: [] } },
}
const tool = (name: string, properties: JsonObject = {}) => ({
  name,
  inputSchema: { type: 'object', properties },
  meta: { endpoint_name: name.replace('tool_', '') },
})
const tools = [
  tool('tool_open', { word: { type: 'string', default: 'a-password' }, text: { default: 'hello' } }),
  tool('tool_report'),
]

function plan(hidden: readonly string[]): ViewPlan {
  const config = sampleConfig([
    {
      path: '',
      nodes: [
        { id: 1, type: 'textbox', props: { type: 'password', value: 'a-password' } },
        { id: 2, type: 'textbox', props: { value: 'hello' } },
      ],
      functions: [
        { id: 0, name: 'open', inputs: [1, 2] },
        { id: 1, name: 'report', inputs: [2] },
      ],
    },
  ])
  const model = makeModel({ config, info, tools })
  const made = model && planView(model, allBut(hidden))
  if (made === undefined) throw new TypeError('no plan')
  return made
}

describe('a password box', () => {
  const snippets = { python: 'client.predict(word="a-password")', bash: 'curl -d "a-password"' }
  const shownWith = (word: JsonObject) =>
    filterInfo({ named_endpoints: { '/open': { parameters: [word], code_snippets: snippets } } }, plan([]))

  it('is named in no example of a call either', () => {
    expect(shownWith(parameter('word', 'a-password'))).toEqual({
      named_endpoints: { '/open': { parameters: [blanked], code_snippets: {} } },
      unnamed_endpoints: {},
    })
  })

  it.each(['', null])('that holds nothing at first (%j) need not be filled in, and has examples', (value) => {
    const word = { ...parameter('word', ''), parameter_default: value }
    expect(shownWith(word)).toEqual({
      named_endpoints: { '/open': { parameters: [word], code_snippets: snippets } },
      unnamed_endpoints: {},
    })
    const empty = [tool('tool_open', { word: { type: 'string', default: value } })]
    expect(filterMcpSchema(empty, plan([]))).toEqual(empty)
  })
})

const blanked = { ...parameter('word', ''), parameter_has_default: false, parameter_default: null }

describe('the API’s description', () => {
  it('has the functions of the view, by name, and nothing that the app does not declare', () => {
    expect(filterInfo(info, plan(['report']))).toEqual({
      named_endpoints: { '/open': { parameters: [blanked, parameter('text', 'hello')], returns: [] } },
      unnamed_endpoints: {},
    })
  })

  it('is empty, but there, for somebody who may call nothing: without one the page is dead', () => {
    expect(filterInfo(info, plan(['open', 'report']))).toEqual({ named_endpoints: {}, unnamed_endpoints: {} })
  })

  it.each<JsonObject>([{}, { named_endpoints: [] }, { named_endpoints: { '/open': 1 } }])(
    'fails when it is not as Gradio writes it: %j',
    (given) => {
      expect(filterInfo(given, plan([]))).toBe('unknown-form')
    },
  )
})

describe('OpenAPI', () => {
  const paths = {
    '/gradio_api/upload': { post: {} },
    '/gradio_api/call/v2/open': { post: { summary: 'open' } },
    '/gradio_api/call/open/{event_id}': { get: {} },
    '/gradio_api/call/v2/report': { post: {} },
    '/gradio_api/call/report/{event_id}': { get: {} },
    '/gradio_api/call/v2/open/more': { post: {} },
    '/elsewhere': { get: {} },
  }

  it('has the paths of the view’s functions, and uploads', () => {
    const filtered = filterOpenApi({ openapi: '3.0.2', paths }, plan(['report']))
    expect(filtered).toEqual({
      openapi: '3.0.2',
      paths: {
        '/gradio_api/upload': { post: {} },
        '/gradio_api/call/v2/open': { post: { summary: 'open' } },
        '/gradio_api/call/open/{event_id}': { get: {} },
      },
    })
  })

  it('fails without paths', () => {
    expect(filterOpenApi({ openapi: '3.0.2' }, plan([]))).toBe('unknown-form')
  })
})

describe('what MCP lists', () => {
  const open = {
    name: 'tool_open',
    inputSchema: { type: 'object', properties: { word: { type: 'string' }, text: { default: 'hello' } } },
    meta: { endpoint_name: 'open' },
  }

  it('is what may be called, without the values of password boxes', () => {
    expect(filterMcpSchema(tools, plan(['report']))).toEqual([open])
    expect(filterMcpSchema({}, plan([]))).toEqual({})
    expect(filterMcpSchema({ tools }, plan([]))).toBe('unknown-form')
  })

  it.each(['tools', 'resources', 'resourceTemplates', 'prompts'])('holds for the answer with %s', (name) => {
    const answer = { jsonrpc: '2.0', id: 1, result: { [name]: tools, nextCursor: null } }
    expect(filterMcpAnswer(answer, plan(['report']))).toEqual({
      ...answer,
      result: { [name]: [open], nextCursor: null },
    })
    expect(filterMcpAnswer(answer, undefined)).toEqual({
      ...answer,
      result: { [name]: [], nextCursor: null },
    })
  })

  it('leaves out what the app did not say when it was read', () => {
    const answer = { result: { tools: [tool('tool_new'), { title: 'nameless' }, 'tool_open'] } }
    expect(filterMcpAnswer(answer, plan([]))).toEqual({ result: { tools: [] } })
  })

  it('is no matter of other answers', () => {
    for (const answer of [{ result: { content: [{ text: '{"tools":[]}' }] } }, { error: { code: 1 } }]) {
      expect(filterMcpAnswer(answer, plan([]))).toBe(answer)
    }
  })
})

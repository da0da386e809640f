import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Numeral } from '../kit/json.ts'
import { makeModel } from './make-model.ts'
import {
  component,
  dependency,
  sampleConfig,
  sampleModel,
  type SampleFunction,
} from './sample-app.contract.ts'

const boxes = [component(1, 'textbox'), component(2, 'image'), component(3, 'state'), component(4, 'json')]

describe('the model of an app', () => {
  it('names inputs as the API does, and passes over State', () => {
    const model = sampleModel({
      components: boxes,
      functions: [{ id: 7, api_name: 'draw', inputs: [3, 1, 2], outputs: [2, 3] }],
      info: { draw: ['text', 'picture'] },
    })
    const draw = model.byName.get('draw')
    expect(draw).toBe(model.endpoints.get(7))
    expect(draw?.parameters.map(({ name, slot }) => [name, slot])).toEqual([
      ['text', 1],
      ['picture', 2],
    ])
    expect(draw?.inputs.map(({ isState, holdsFiles }) => [isState, holdsFiles])).toEqual([
      [true, false],
      [false, false],
      [false, true],
    ])
    expect(draw?.stateful).toBe(true)
  })

  it('calls parameters that the API keeps silent about by their place', () => {
    const functions = [{ id: 0, api_name: 'hidden', inputs: [3, 1, 2], api_visibility: 'private' }]
    const { parameters } = sampleModel({ components: boxes, functions }).byName.get('hidden') ?? {}
    expect(parameters?.map(({ name }) => name)).toEqual(['param_1', 'param_2'])
  })

  it('believes no list of parameters that is of another length', () => {
    const functions = [{ id: 0, api_name: 'f', inputs: [1, 4] }]
    const model = sampleModel({ components: boxes, functions, info: { f: ['only'] } })
    expect(model.byName.get('f')?.parameters.map(({ name }) => name)).toEqual(['param_0', 'param_1'])
  })

  it('keeps an app_id that no double holds', () => {
    const config = {
      ...sampleConfig({ components: [], functions: [] }),
      app_id: new Numeral('18331719449662323894'),
    }
    expect(makeModel({ config, info: {} })?.appId).toBe('18331719449662323894')
  })

  it.each([
    ['no version', { version: null }],
    ['no app_id', { app_id: '1' }],
    ['a component without an id', { components: [{ type: 'textbox', props: {} }] }],
    ['two components with one id', { components: [component(1, 'textbox'), component(1, 'image')] }],
    [
      'a function whose id is no number',
      { dependencies: [{ ...dependency({ id: 0, api_name: 'f' }), id: '0' }] },
    ],
    ['two functions with one name', { dependencies: [0, 1].map((id) => dependency({ id, api_name: 'f' })) }],
  ])('is not made of a configuration with %s', (_what, wrong) => {
    const config = { ...sampleConfig({ components: [], functions: [] }), ...wrong }
    expect(makeModel({ config, info: {} })).toBeUndefined()
  })

  it('takes nothing for granted of a component that nobody declared', () => {
    const functions = [{ id: 0, api_name: 'f', inputs: [99], outputs: [99] }]
    const endpoint = sampleModel({ components: [], functions }).byName.get('f')
    expect(endpoint?.inputs[0]?.holdsFiles).toBe(true)
    expect(endpoint?.outputs[0]?.holdsFiles).toBe(false)
  })

  it('knows what may change at run time: outputs, and everything once something renders', () => {
    const writes: SampleFunction = { id: 0, api_name: 'f', inputs: [1, 4], outputs: [4] }
    const changes = (functions: readonly SampleFunction[]) =>
      sampleModel({ components: boxes, functions })
        .byName.get('f')
        ?.inputs.map((slot) => slot.changes)
    expect(changes([writes])).toEqual([false, true])
    expect(changes([writes, { id: 1, api_name: 'apply', render_id: 0 }])).toEqual([true, true])
  })

  it('maps tools to the endpoints that they run', () => {
    const config = sampleConfig({ components: [], functions: [{ id: 0, api_name: 'lambda_1' }] })
    const tools = [
      { name: '_lambda_', meta: { endpoint_name: 'lambda_1' } },
      { name: 'stray', meta: { endpoint_name: 'gone' } },
    ]
    expect([...(makeModel({ config, info: {}, tools })?.tools ?? [])]).toEqual([['_lambda_', 'lambda_1']])
  })

  it('never throws, whatever an app says of itself', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 5, key: fc.constantFrom(...keys) }), (wild) => {
        const config = { version: '6', app_id: 1, ...(wild as object) }
        expect(() => makeModel({ config, info: config, tools: [config] })).not.toThrow()
      }),
      { numRuns: 2_000 },
    )
  })
})

const keys = [
  ...[
    'components',
    'dependencies',
    'id',
    'type',
    'props',
    'api_name',
    'inputs',
    'outputs',
    'targets',
    'page',
  ],
  ...[
    'pages',
    'named_endpoints',
    'parameters',
    'meta',
    'path',
    'value',
    'trigger_after',
    'render_id',
    'name',
  ],
]

describe('what the app shows to everybody', () => {
  const file = (path: string, more = {}) => ({
    path,
    url: `http://a/file=${path}`,
    meta: { _type: 'gradio.FileData' },
    ...more,
  })
  const shared = (props: object, more = {}) => {
    const components = [component(1, 'html', props as Record<string, string>)]
    return [...sampleModel({ components, functions: [], more }).sharedFiles].sort()
  }

  it('is FileData in declared values, however deep', () => {
    expect(shared({ value: [{ image: file('/t/a.png') }], icon: file('/t/b.svg') })).toEqual([
      '/t/a.png',
      '/t/b.svg',
    ])
  })

  it('is what declared HTML and style sheets link to', () => {
    const value = '<img src="/gradio_api/file=/t/a%20b.png"><a href=file=/t/c.pdf>c</a>'
    expect(shared({ value }, { css: 'body { background: url(/gradio_api/file=/t/d.jpg) }' })).toEqual([
      '/t/a b.png',
      '/t/c.pdf',
      '/t/d.jpg',
    ])
  })

  it('is neither a stream nor an object that only has a path', () => {
    expect(
      shared({
        value: [file('s/1/2/playlist.m3u8', { is_stream: true, url: null }), { path: '/etc/passwd' }],
      }),
    ).toEqual([])
  })
})

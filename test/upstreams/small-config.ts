/** What the made-up app of tests declares, written as Gradio 6.31 writes it, and the model that a gate makes of it. */
import { component, sampleModel } from '../../src/app/sample-app.contract.ts'
import { writeJson } from '../../src/kit/strict-json.ts'

const components = [
  component(1, 'textbox', { label: 'Text' }),
  component(2, 'textbox'),
  component(3, 'file', { label: 'File' }),
  component(4, 'file'),
  component(5, 'fileexplorer', { elem_id: 'tree', server_fns: ['ls'] }),
]
const ids = components.flatMap(({ id }) => (typeof id === 'number' ? [id] : []))
const layout = { id: 0, children: ids.map((id) => ({ id })) }

/**
 * `predict`: from a text to a text. `show`: from a file to a file. `listen`: fed while it runs. `report`: what not everybody may
 * call. There is a second page, on which nothing stands, and a component with a server function of its own.
 */
export const smallModel = sampleModel({
  components,
  functions: [
    { id: 0, api_name: 'predict', inputs: [1], outputs: [2] },
    { id: 1, api_name: 'show', inputs: [3], outputs: [4] },
    { id: 2, api_name: 'listen', inputs: [1], outputs: [2], connection: 'stream' },
    { id: 3, api_name: 'report', inputs: [1], outputs: [2] },
  ],
  info: { predict: ['text'], show: ['file'], listen: ['text'], report: ['text'] },
  more: {
    app_id: 1,
    layout,
    pages: [
      ['', 'Home', true],
      ['second', 'Second', true],
    ],
    page: {
      '': { layout, components: ids, dependencies: [0, 1, 2, 3] },
      second: { layout: { id: 6, children: [] }, components: [], dependencies: [] },
    },
  },
})

/** What Gradio's page sends to call `predict`. */
export const predictCall = '{"data":["x"],"fn_index":0,"session_hash":"abc"}'

const config = writeJson(smallModel.config)
const info = writeJson(smallModel.info)
const page =
  '<!doctype html><html><head>' +
  `<script>window.gradio_config = ${config};</script><script>window.gradio_api_info = ${info};</script>` +
  '</head><body>hello</body></html>'

const json = 'application/json'
const answers: Readonly<Record<string, readonly [type: string, body: string]>> = {
  '/': ['text/html', page],
  '/second': ['text/html', page],
  '/gradio_api/runs': ['text/html', page],
  '/config': [json, config],
  '/gradio_api/app_id': [json, '{"app_id":1}'],
  '/gradio_api/info': [json, info],
  '/gradio_api/openapi.json': [json, '{"paths":{}}'],
}

export interface SmallAnswer {
  readonly type: string
  readonly body: string
}

/** What the app says of itself; undefined for every other address. */
export function describeSmallApp(target: string): SmallAnswer | undefined {
  const path = target.replace(/\?.*$/, '')
  const answer = answers[path === '/' ? path : path.replace(/\/$/, '')]
  return answer === undefined ? undefined : { type: answer[0], body: answer[1] }
}

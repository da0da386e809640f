/** The app as its own unfiltered configuration declares it (gradio/blocks.py 6.31, get_config; gradio/block_function.py). */
import type { Json, JsonObject } from '../kit/json.ts'
import type { ApiPrefix } from './api-prefix.ts'

/** One place of an endpoint's inputs or outputs. */
export interface Slot {
  readonly component: number
  /** Gradio's type name, lower case: `textbox`, `image`, `state` … */
  readonly type: string
  /** Label, choices, bounds: as declared. */
  readonly props: JsonObject
  /** JSON schema of a value on its way in (`api_info_as_input`) or out; absent where the app declares none. */
  readonly schema?: Json
  /** Values hold FileData that the app itself made or that a client uploaded: what ownership trusts and demands. */
  readonly holdsFiles: boolean
  /** Kept on the server; what a client sends in its place is ignored (gr.State). */
  readonly isState: boolean
  /** An output of some function or of a `js` handler, so that its declared bounds may change at run time. */
  readonly changes: boolean
  /** The value comes inside an object with the component's other properties (`component_prop_inputs`). */
  readonly asProps?: true
}

export interface Parameter {
  readonly name: string
  readonly label: string
  readonly hasDefault: boolean
  /** What Gradio fills in where it is left out; absent unless `hasDefault`. */
  readonly default?: Json
  /** Index into `Endpoint.inputs`. */
  readonly slot: number
}

/** One function of the app: a dependency of its configuration. */
export interface Endpoint {
  readonly id: number
  /** `api_name`; unique in the app. Of a rendered function: that of the function that rendered it. */
  readonly name: string
  /** What a rendered function is called in its session; elsewhere it is the name. */
  readonly apiName?: string
  readonly visibility: 'public' | 'undocumented' | 'private'
  /** The name of the group of endpoints that run one user function or one chain of events; its own name if it is alone. */
  readonly group: string
  /** False: it runs in the browser only, and nothing may be sent for it. */
  readonly onServer: boolean
  readonly inputs: readonly Slot[]
  readonly outputs: readonly Slot[]
  /** In the order of the API: State has none. */
  readonly parameters: readonly Parameter[]
  readonly queued: boolean
  readonly batch: boolean
  /** `connection: "stream"`: the client feeds a running event. */
  readonly fed: boolean
  /** Reads or writes State. */
  readonly stateful: boolean
  /** Components and functions may appear at run time (`gr.render`). */
  readonly renders: boolean
  /** Which of the app's `gr.render`s it runs, if it does. */
  readonly renderId?: number
  /** The component that it renders into, where the app tells no `renderId` (before Gradio 5.x). */
  readonly rendersInto?: number
  /** Set for a function that exists in one session only: the id of the dependency that rendered it. */
  readonly renderedBy?: number
  /** Paths of the pages it stands on ('' is the main one). */
  readonly pages: readonly string[]
}

export interface Component {
  readonly id: number
  readonly type: string
  readonly props: JsonObject
  /** Functions that `component_server` may run (`props.server_fns`). */
  readonly serverFunctions: readonly string[]
  readonly holdsFiles: boolean
  /** Paths of the pages it stands on. */
  readonly pages: readonly string[]
}

export interface AppModel {
  /** Changes with every start of the app; text, since it is larger than 2^53. */
  readonly appId: string
  readonly gradio: string
  /** Where its routes begin. */
  readonly api: ApiPrefix
  readonly endpoints: ReadonlyMap<number, Endpoint>
  readonly byName: ReadonlyMap<string, Endpoint>
  readonly components: ReadonlyMap<number, Component>
  /** Paths without a leading slash; '' is the main page. */
  readonly pages: readonly string[]
  /** Server paths that the app shows to everybody: FileData in declared values, examples, the page's own assets. */
  readonly sharedFiles: ReadonlySet<string>
  /** MCP tool name → endpoint name. */
  readonly tools: ReadonlyMap<string, string>
  /** The configuration itself, lossless. */
  readonly config: JsonObject
  readonly info: JsonObject
}

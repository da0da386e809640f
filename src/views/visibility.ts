/** What an asker is shown, as the policy says it; nothing else decides. */
import type { Component, Endpoint } from '../app/model.ts'
import type { JsonObject } from '../kit/json.ts'

export interface Visibility {
  /** May be called, under some context and with some arguments. */
  endpoint(endpoint: Endpoint): boolean
  /** '' is the main page. */
  page(path: string): boolean
  /** False for a component that is itself a secret: it goes, with every function that touches it. */
  component(component: Component): boolean
  /** A server function of the component (`props.server_fns`). */
  componentFunction(component: Component, name: string): boolean
  /** May use MCP at all; the page then says how. */
  readonly mcp: boolean
  /** A component's description as it is to be shown, by its id; absent where all stay as they are. */
  readonly described?: (id: number, component: JsonObject) => JsonObject
}

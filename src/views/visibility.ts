/** What an asker is shown, as the policy says it; nothing else decides. */
import type { Component, Endpoint } from '../app/model.ts'

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
}

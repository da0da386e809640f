/** Components and the places they take in functions, from the app's configuration (gradio/blocks.py 6.31, config_for_block). */
import { isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { idIn, listIn, objectIn, textIn } from './config-fields.ts'
import { holdsFiles } from './holds-files.ts'
import type { Component, Slot } from './model.ts'

/** A component with what only the makers of slots want to know. */
export interface DeclaredComponent extends Component {
  /** Not part of the API: layout, buttons, State. */
  readonly skipsApi: boolean
  readonly inputSchema?: Json
  readonly outputSchema?: Json
}

export function readComponent(declared: JsonObject, pages: readonly string[]): DeclaredComponent | undefined {
  const id = idIn(declared, 'id')
  const type = textIn(declared, 'type')
  if (id === undefined || type === undefined) return undefined
  const props = objectIn(declared, 'props')
  const input = schemaIn(declared, 'api_info_as_input')
  const output = schemaIn(declared, 'api_info_as_output')
  return {
    id,
    type,
    props,
    serverFunctions: listIn(props, 'server_fns').filter((one) => typeof one === 'string'),
    holdsFiles: holdsFiles(type, [input, output]),
    pages,
    skipsApi: declared['skip_api'] === true,
    ...(input !== undefined && { inputSchema: input }),
    ...(output !== undefined && { outputSchema: output }),
  }
}

function schemaIn(declared: JsonObject, key: string): Json | undefined {
  const schema = declared[key] ?? declared['api_info']
  return isJsonObject(schema) ? schema : undefined
}

/**
 * Named by a function, and declared nowhere (a component that was never rendered): as an input nothing is taken for granted,
 * as an output nothing is believed.
 */
export function undeclaredSlot(component: number, direction: 'input' | 'output'): Slot {
  return {
    component,
    type: 'undeclared',
    props: {},
    holdsFiles: direction === 'input',
    isState: false,
    changes: true,
  }
}

export function makeSlot(
  component: DeclaredComponent,
  direction: 'input' | 'output',
  changes: boolean,
  asProps: boolean,
): Slot {
  const schema = direction === 'input' ? component.inputSchema : component.outputSchema
  return {
    component: component.id,
    type: component.type,
    props: component.props,
    ...(schema !== undefined && { schema }),
    holdsFiles: component.holdsFiles,
    // The one component that is `stateful` (gradio/components/state.py 6.31).
    isState: component.type === 'state',
    changes,
    ...(asProps && { asProps: true }),
  }
}

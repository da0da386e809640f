/** Slots and endpoints for the tests of this folder. */
import type { AppModel, Endpoint, Slot } from '../app/model.ts'
import { parseInputRules } from '../config/parse-input-rules.ts'
import type { InputRules } from '../config/input-rules.ts'
import type { JsonObject } from '../kit/json.ts'

export function slot(type: string, props: JsonObject = {}, more: Partial<Slot> = {}): Slot {
  return {
    component: 1,
    type,
    props,
    holdsFiles: false,
    isState: type === 'state',
    changes: false,
    ...more,
  }
}

export interface SampleEndpoint {
  readonly id?: number
  readonly name?: string
  readonly group?: string
  readonly inputs: Readonly<Record<string, Slot>>
  readonly outputs?: readonly Slot[]
}

export function endpoint({ id = 0, name = 'lookup', group, inputs, outputs = [] }: SampleEndpoint): Endpoint {
  const entries = Object.entries(inputs)
  return {
    id,
    name,
    visibility: 'public',
    group: group ?? name,
    onServer: true,
    inputs: entries.map(([, one]) => one),
    outputs,
    parameters: entries.map(([parameter], index) => ({
      name: parameter,
      label: parameter,
      hasDefault: false,
      slot: index,
    })),
    queued: true,
    batch: false,
    fed: false,
    stateful: false,
    renders: false,
    pages: [''],
  }
}

export function modelOf(...endpoints: readonly Endpoint[]): AppModel {
  return {
    appId: '1',
    gradio: '6.31.0',
    api: '/gradio_api',
    endpoints: new Map(endpoints.map((one) => [one.id, one])),
    byName: new Map(endpoints.map((one) => [one.name, one])),
    components: new Map(),
    pages: [''],
    sharedFiles: new Set(),
    tools: new Map(),
    config: {},
    info: {},
  }
}

/** As they would stand in sekisho.yaml. */
export function rulesOf(raw: unknown): InputRules {
  const { read: rules, issues } = parseInputRules(raw)
  if (issues.length > 0) throw new TypeError(JSON.stringify(issues))
  return rules
}

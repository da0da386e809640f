/** Gradio's diffs between the values of a running function: `[action, path, value]` (gradio/utils.py 6.31, diff). */
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../kit/json.ts'

export interface Step {
  readonly action: 'replace' | 'append' | 'add' | 'delete'
  readonly path: readonly (string | number)[]
  readonly value: Json
}

/** Undefined when a list isn't one of steps. */
export function readSteps(list: Json): readonly Step[] | undefined {
  if (!isJsonList(list)) return undefined
  const steps = list.map(readStep)
  return steps.every((step) => step !== undefined) ? steps : undefined
}

export function readStep(given: Json): Step | undefined {
  if (!isJsonList(given) || given.length !== 3) return undefined
  const [action, path, value = null] = given
  if (action !== 'replace' && action !== 'append' && action !== 'add' && action !== 'delete') return undefined
  if (!isJsonList(path) || !path.every((key) => typeof key === 'string' || typeof key === 'number'))
    return undefined
  return { action, path, value }
}

export function writeStep({ action, path, value }: Step): Json {
  return [action, path, value]
}

export function valueAt(value: Json, path: Step['path']): Json | undefined {
  let found: Json | undefined = value
  for (const key of path) {
    if (found === undefined) return undefined
    found = innerAt(found, key)
  }
  return found
}

function innerAt(value: Json, key: string | number): Json | undefined {
  if (isJsonList(value)) return typeof key === 'number' ? value[key] : undefined
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** Undefined: these are no steps, or they don't fit the value. */
export function applyDiff(value: Json, edits: Json): Json | undefined {
  return readSteps(edits)?.reduce<Json | undefined>(
    (now, step) => (now === undefined ? undefined : applyStep(now, step)),
    value,
  )
}

/** The value after a step; undefined when the step doesn't fit it. */
export function applyStep(value: Json, { path, ...step }: Step): Json | undefined {
  const [key, ...rest] = path
  if (key === undefined) return applyHere(value, step)
  if (rest.length === 0 && (step.action === 'add' || step.action === 'delete')) {
    if (isJsonList(value)) return splice(value, key, step)
    return isJsonObject(value) ? put(value, key, step) : undefined
  }
  const inner = innerAt(value, key)
  const changed = inner === undefined ? undefined : applyStep(inner, { path: rest, ...step })
  if (changed === undefined) return undefined
  if (isJsonList(value)) return value.with(Number(key), changed)
  return isJsonObject(value) ? { ...value, [key]: changed } : undefined
}

type Deed = Pick<Step, 'action' | 'value'>

function applyHere(value: Json, { action, value: given }: Deed): Json | undefined {
  if (action === 'replace') return given
  return action === 'append' && typeof value === 'string' && typeof given === 'string'
    ? value + given
    : undefined
}

function splice(list: readonly Json[], key: string | number, { action, value }: Deed): Json | undefined {
  if (typeof key !== 'number' || !Number.isInteger(key) || key < 0 || key > list.length) return undefined
  return action === 'add' ? list.toSpliced(key, 0, value) : list.toSpliced(key, 1)
}

function put(object: JsonObject, key: string | number, { action, value }: Deed): Json {
  if (action === 'add') return { ...object, [key]: value }
  const { [String(key)]: _gone, ...rest } = object
  return rest
}

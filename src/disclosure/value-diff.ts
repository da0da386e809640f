/** Values that grow by Gradio's diffs: `[action, path, value]` (gradio/utils.py 6.31, diff; @gradio/client apply_diff). */
import { isJsonObject, type Json } from '../kit/json.ts'

export interface Step {
  readonly action: 'replace' | 'append' | 'add' | 'delete'
  readonly path: readonly (string | number)[]
  readonly value: Json
}

/** Undefined when a list isn't one of steps. */
export function readSteps(list: Json): readonly Step[] | undefined {
  if (!Array.isArray(list)) return undefined
  const steps = (list as readonly Json[]).map(readStep)
  return steps.every((step) => step !== undefined) ? steps : undefined
}

function readStep(given: Json): Step | undefined {
  if (!Array.isArray(given) || given.length !== 3) return undefined
  const [action, path, value] = given as unknown as readonly [Json, Json, Json]
  if (action !== 'replace' && action !== 'append' && action !== 'add' && action !== 'delete') return undefined
  if (!Array.isArray(path)) return undefined
  const keys = path as readonly Json[]
  if (!keys.every((key) => typeof key === 'string' || typeof key === 'number')) return undefined
  return { action, path: keys, value }
}

export function writeStep({ action, path, value }: Step): Json {
  return [action, path, value]
}

export function valueAt(value: Json | undefined, path: Step['path']): Json | undefined {
  let found = value
  for (const key of path) {
    if (Array.isArray(found)) found = typeof key === 'number' ? (found as readonly Json[])[key] : undefined
    else if (isJsonObject(found)) found = found[String(key)]
    else return undefined
  }
  return found
}

/** The value after a step; undefined when the step doesn't fit it. */
export function applyStep(value: Json, step: Step): Json | undefined {
  const [key, ...rest] = step.path
  if (key === undefined) {
    if (step.action === 'replace') return step.value
    if (step.action === 'append' && typeof value === 'string' && typeof step.value === 'string')
      return value + step.value
    return undefined
  }
  if (rest.length === 0 && step.action === 'add') return insert(value, key, step.value)
  if (rest.length === 0 && step.action === 'delete') return remove(value, key)
  const inner = valueAt(value, [key])
  if (inner === undefined) return undefined
  const changed = applyStep(inner, { ...step, path: rest })
  if (changed === undefined) return undefined
  return put(value, key, changed)
}

function put(value: Json, key: string | number, inner: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).with(Number(key), inner)
  return { ...(value as Readonly<Record<string, Json>>), [key]: inner }
}

function insert(value: Json, key: string | number, inner: Json): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[]).toSpliced(Number(key), 0, inner)
  return isJsonObject(value) ? { ...value, [key]: inner } : undefined
}

function remove(value: Json, key: string | number): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[]).toSpliced(Number(key), 1)
  if (!isJsonObject(value)) return undefined
  const { [String(key)]: _gone, ...rest } = value
  return rest
}

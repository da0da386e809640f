/** Gradio's differences between the values of a running function (gradio/utils.py 6.31, diff): replace, append, add, delete. */
import { isJsonList, isJsonObject, type Json } from '../kit/json.ts'

/** Undefined: these are no differences, or not of this value. */
export function applyDiff(value: Json, edits: Json): Json | undefined {
  if (!isJsonList(edits)) return undefined
  let now: Json | undefined = value
  for (const edit of edits) {
    if (now === undefined || !isJsonList(edit)) return undefined
    const [action, path, given = null] = edit
    if (typeof action !== 'string' || !isJsonList(path)) return undefined
    now = applyEdit(now, action, path, given)
  }
  return now
}

function applyEdit(value: Json, action: string, path: readonly Json[], given: Json): Json | undefined {
  const [key, ...rest] = path
  if (key === undefined) return applyHere(value, action, given)
  if (isJsonList(value)) return inList(value, action, { key: Number(key), rest, given })
  return isJsonObject(value) ? inObject(value, action, { key: String(key), rest, given }) : undefined
}

function applyHere(value: Json, action: string, given: Json): Json | undefined {
  if (action === 'replace') return given
  return action === 'append' && typeof value === 'string' && typeof given === 'string'
    ? value + given
    : undefined
}

interface Step<Key> {
  readonly key: Key
  readonly rest: readonly Json[]
  readonly given: Json
}

function inList(
  value: readonly Json[],
  action: string,
  { key, rest, given }: Step<number>,
): Json | undefined {
  if (!Number.isInteger(key) || key < 0 || key > value.length) return undefined
  if (rest.length === 0 && action === 'add') return value.toSpliced(key, 0, given)
  if (rest.length === 0 && action === 'delete') return value.toSpliced(key, 1)
  const inner = value[key]
  const changed = inner === undefined ? undefined : applyEdit(inner, action, rest, given)
  return changed === undefined ? undefined : value.with(key, changed)
}

function inObject(
  value: { readonly [name: string]: Json },
  action: string,
  step: Step<string>,
): Json | undefined {
  const { key, rest, given } = step
  const entries = Object.entries(value).filter(([name]) => name !== key)
  if (rest.length === 0 && action === 'delete') return Object.fromEntries(entries)
  if (rest.length === 0 && action === 'add') return Object.fromEntries([...entries, [key, given]])
  const inner = Object.hasOwn(value, key) ? value[key] : undefined
  const changed = inner === undefined ? undefined : applyEdit(inner, action, rest, given)
  return changed === undefined ? undefined : Object.fromEntries([...entries, [key, changed]])
}

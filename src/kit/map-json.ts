/** JSON values changed here and there: what stays the same stays the same object, so that a caller sees whether anything changed. */
import { isJsonList, isJsonObject, type Json, type JsonObject } from './json.ts'

export function mapStrings(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value)
  if (isJsonList(value)) return mapList(value, (one) => mapStrings(one, change))
  return isJsonObject(value) ? mapObject(value, (one) => mapStrings(one, change)) : value
}

/** The same of names in objects, too. */
export function mapWords(value: Json, change: (text: string) => string): Json {
  if (isJsonList(value)) return mapList(value, (one) => mapWords(one, change))
  if (!isJsonObject(value)) return mapStrings(value, change)
  const inner = mapObject(value, (one) => mapWords(one, change))
  if (Object.keys(inner).every((name) => change(name) === name)) return inner
  const copy = Object.create(null) as Record<string, Json>
  for (const [name, one] of Object.entries(inner)) copy[change(name)] = one
  return copy
}

export function mapList(list: readonly Json[], change: (value: Json, at: number) => Json): readonly Json[] {
  const changed = list.map(change)
  return changed.every((one, at) => one === list[at]) ? list : changed
}

export function mapObject(object: JsonObject, change: (value: Json, key: string) => Json): JsonObject {
  const changed = Object.entries(object).map(([key, value]) => [key, change(value, key)] as const)
  if (changed.every(([key, value]) => value === object[key])) return object
  const copy = Object.create(null) as Record<string, Json>
  for (const [key, value] of changed) copy[key] = value
  return copy
}

/** The same object without some of its members. */
export function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  if (!names.some((name) => object[name] !== undefined)) return object
  const copy = Object.create(null) as Record<string, Json>
  for (const [key, value] of Object.entries(object)) if (!names.includes(key)) copy[key] = value
  return copy
}

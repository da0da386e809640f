/** Reading what the app says of itself: a field that isn't what it should be is as good as absent. */
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../kit/json.ts'

export function textIn(object: JsonObject, key: string): string | undefined {
  const value = object[key]
  return typeof value === 'string' ? value : undefined
}

/** Ids of components and functions: small whole numbers. */
export function idIn(object: JsonObject, key: string): number | undefined {
  return toId(object[key])
}

export function idsIn(object: JsonObject, key: string): readonly number[] {
  return listIn(object, key).flatMap((one) => toId(one) ?? [])
}

export function listIn(object: JsonObject, key: string): readonly Json[] {
  const value = object[key]
  return isJsonList(value) ? value : []
}

export function objectsIn(object: JsonObject, key: string): readonly JsonObject[] {
  return listIn(object, key).filter((one) => isJsonObject(one))
}

const empty: JsonObject = {}

export function objectIn(object: JsonObject, key: string): JsonObject {
  const value = object[key]
  return isJsonObject(value) ? value : empty
}

function toId(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** Reads the app's own JSON strictly: what has two meanings can't be filtered. */
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { JsonTrouble, parseStrictJson, type JsonLimits } from '../kit/strict-json.ts'
import type { ViewTrouble } from './filter-config.ts'

/** Each section of a page is two levels deep; a configuration of a megabyte has some hundred thousand values. */
const limits: JsonLimits = { depth: 500, nodes: 10_000_000 }

export type Composite = JsonObject | readonly Json[]

export function readAnswer(bytes: Uint8Array): Composite | ViewTrouble {
  try {
    const value = parseStrictJson(bytes, limits)
    return isJsonObject(value) || isJsonList(value) ? value : 'unknown-form'
  } catch (thrown) {
    if (thrown instanceof JsonTrouble) return 'unreadable'
    throw thrown
  }
}

export function readObject(bytes: Uint8Array): JsonObject | ViewTrouble {
  const value = readAnswer(bytes)
  return isJsonList(value) ? 'unknown-form' : value
}

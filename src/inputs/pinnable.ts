/** The part of a value that comes back from a page as it was sent. */
import { isJsonObject, type Json } from '../kit/json.ts'
import { saysFile } from './links.ts'

/** Of a file, the path: pages add and drop the rest. */
export function pinnable(value: Json): Json {
  if (Array.isArray(value)) return value.map(pinnable)
  if (!isJsonObject(value)) return value
  if (saysFile(value)) return { path: value['path'] ?? null }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, pinnable(inner)]))
}

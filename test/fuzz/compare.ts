/** JSON as the gate keeps it, as JSON.parse would have read it. */
import type { Json } from '../../src/kit/json.ts'
import { writeJson } from '../../src/kit/strict-json.ts'

export function toNumbers(value: Json | undefined): unknown {
  return value === undefined ? undefined : (JSON.parse(writeJson(value)) as unknown)
}

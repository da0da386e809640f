/** What can be wrong with an input, and how it is told: to the log by shape and length, never by value. */
import { isJsonObject, Numeral, type Json } from '../kit/json.ts'

export type FlawReason =
  /** The call has more or fewer inputs than the endpoint. */
  | 'count'
  /** Not of the kind that the component takes. */
  | 'type'
  | 'file-type'
  | 'file-count'
  | 'choice'
  | 'too-low'
  | 'too-high'
  | 'not-whole'
  | 'too-short'
  | 'too-long'
  | 'too-many'
  /** Another value than the app declares for a component that nobody may edit. */
  | 'read-only'
  | 'pattern'
  /** The operator's rules name the endpoint, and not this free text. */
  | 'no-rule'
  | 'missing'
  | 'link'
  /** Not what the app last sent to this session. */
  | 'pinned'
  /** What has to stand beside another input. */
  | 'required'

/** Short: `text of 12`, `list of 3`. */
export function shapeOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string') return `text of ${value.length}`
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'number' || value instanceof Numeral) return 'number'
  if (!isJsonObject(value)) return `list of ${value.length}`
  return typeof value['path'] === 'string' ? 'file' : `object of ${Object.keys(value).length}`
}

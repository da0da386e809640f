/** Whether two JSON values are the same to an app: numbers by what they are, objects whatever the order of their keys. */
import { isJsonObject, Numeral, type Json } from '../kit/json.ts'

export function equalJson(a: Json, b: Json): boolean {
  return canonicalJson(a) === canonicalJson(b)
}

/** Asked for each of many values, it costs each of them one look, however many are known. */
export function anyOf(known: readonly Json[]): (value: Json) => boolean {
  const texts = new Set(known.map(canonicalJson))
  return (value) => texts.has(canonicalJson(value))
}

/** One text for all equal values. */
export function canonicalJson(value: Json): string {
  if (value instanceof Numeral || typeof value === 'number') return numberText(value.valueOf())
  if (isJsonObject(value)) {
    const names = Object.keys(value).sort()
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] ?? null)}`).join(',')}}`
  }
  return Array.isArray(value) ? `[${value.map(canonicalJson).join(',')}]` : JSON.stringify(value)
}

/** A page reads 10.0 and sends 10; what a double can't keep, a page can't either. */
function numberText(value: number): string {
  return Object.is(value, -0) ? '0' : String(value)
}

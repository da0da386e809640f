/** Secrets out of every string of a value. */
import { isJsonList, isJsonObject, type Json } from '../kit/json.ts'
import { decidedLength, mayHoldSecret, redactSecrets } from './secrets.ts'

export interface RedactedValue {
  readonly value: Json
  readonly kinds: readonly string[]
}

/** `growing`: more may follow, so what isn't decided yet at a text's end isn't shown. The same value when nothing changes. */
export function redactValue(value: Json, growing: boolean): RedactedValue {
  const kinds: string[] = []
  const walk = (one: Json): Json => {
    if (typeof one === 'string') {
      if (!mayHoldSecret(one)) return one
      const { text, kinds: found } = redactSecrets(growing ? one.slice(0, decidedLength(one)) : one)
      kinds.push(...found)
      return text
    }
    if (isJsonList(one)) return mapList(one, walk)
    if (!isJsonObject(one)) return one
    const changed = Object.entries(one).map(([key, inner]) => [key, inner, walk(inner)] as const)
    if (changed.every(([, before, after]) => before === after)) return one
    const copy = Object.create(null) as Record<string, Json>
    for (const [key, , after] of changed) copy[key] = after
    return copy
  }
  return { value: walk(value), kinds }
}

function mapList(list: readonly Json[], walk: (one: Json) => Json): readonly Json[] {
  const changed = list.map(walk)
  return changed.every((one, place) => one === list[place]) ? list : changed
}

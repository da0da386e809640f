/** Secrets out of every string of a value. */
import type { Json } from '../kit/json.ts'
import { mapStrings } from '../kit/map-json.ts'
import { decidedLength, mayHoldSecret, redactSecrets } from './secrets.ts'

export interface RedactedValue {
  readonly value: Json
  readonly kinds: readonly string[]
}

/** `growing`: more may follow, so what isn't decided yet at a text's end isn't shown. The same value when nothing changes. */
export function redactValue(value: Json, growing: boolean): RedactedValue {
  const kinds: string[] = []
  const redacted = mapStrings(value, (one) => {
    if (!mayHoldSecret(one)) return one
    const { text, kinds: found } = redactSecrets(growing ? one.slice(0, decidedLength(one)) : one)
    kinds.push(...found)
    return text
  })
  return { value: redacted, kinds }
}

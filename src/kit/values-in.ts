/** Every value inside a value, itself included: without a call for each layer or an argument for each item, so of any size. */
import { isJsonList, isJsonObject, type Json } from './json.ts'

export function* valuesIn(root: Json): Generator<Json, void> {
  const waiting: Json[] = [root]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    yield value
    if (isJsonList(value)) for (const inner of value) waiting.push(inner)
    else if (isJsonObject(value)) for (const inner of Object.values(value)) waiting.push(inner)
  }
}

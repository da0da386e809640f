/**
 * A value against the JSON schema that a component declares: the part of JSON Schema that Pydantic writes for Gradio's data
 * models (gradio/data_classes.py 6.31). A word that isn't known here allows; Pydantic in the app still judges.
 */
import { isJsonList, isJsonObject, Numeral, type Json, type JsonObject } from '../kit/json.ts'
import { equalJson } from './equal.ts'

/** References may lead in a circle without stepping into the value. */
const deepest = 200

export function fitsSchema(value: Json, schema: Json): boolean {
  const root = isJsonObject(schema) ? schema : {}
  const definitions = root['$defs']
  return fits(value, root, isJsonObject(definitions) ? definitions : {}, 0)
}

function fits(value: Json, schema: Json | undefined, definitions: JsonObject, depth: number): boolean {
  if (depth > deepest) return false
  if (!isJsonObject(schema)) return schema !== false
  const below = (inner: Json, one: Json | undefined) => fits(inner, one, definitions, depth + 1)

  const reference = schema['$ref']
  if (typeof reference === 'string') {
    const name = reference.replace(/^#\/\$defs\//, '')
    return Object.hasOwn(definitions, name) && below(value, definitions[name])
  }
  const { type, anyOf, oneOf, allOf } = schema
  if (!fitsType(value, type)) return false
  if (schema['const'] !== undefined && !equalJson(value, schema['const'])) return false
  const values = schema['enum']
  if (isJsonList(values) && !values.some((one) => equalJson(value, one))) return false
  if (isJsonList(anyOf) && !anyOf.some((one) => below(value, one))) return false
  if (isJsonList(oneOf) && !oneOf.some((one) => below(value, one))) return false
  if (isJsonList(allOf) && !allOf.every((one) => below(value, one))) return false
  if (isJsonList(value)) return fitsItems(value, schema, below)
  return !isJsonObject(value) || fitsProperties(value, schema, below)
}

type Below = (inner: Json, schema: Json | undefined) => boolean

function fitsItems(value: readonly Json[], schema: JsonObject, below: Below): boolean {
  const { prefixItems, items, minItems, maxItems } = schema
  if (typeof minItems === 'number' && value.length < minItems) return false
  if (typeof maxItems === 'number' && value.length > maxItems) return false
  const first = isJsonList(prefixItems) ? prefixItems : []
  return value.every((item, index) => below(item, index < first.length ? first[index] : items))
}

function fitsProperties(value: JsonObject, schema: JsonObject, below: Below): boolean {
  const { required, properties, additionalProperties } = schema
  if (
    isJsonList(required) &&
    !required.every((name) => typeof name === 'string' && Object.hasOwn(value, name))
  )
    return false
  const declared = isJsonObject(properties) ? properties : {}
  return Object.entries(value).every(([name, inner]) =>
    below(inner, Object.hasOwn(declared, name) ? declared[name] : additionalProperties),
  )
}

/** Gradio writes `"type": {}` for anything (gradio/components/json_component.py 6.31). */
function fitsType(value: Json, type: Json | undefined): boolean {
  if (isJsonList(type)) return type.some((one) => fitsType(value, one))
  switch (type) {
    case 'null':
      return value === null
    case 'string':
      return typeof value === 'string'
    case 'boolean':
      return typeof value === 'boolean'
    case 'number':
      return isNumber(value)
    case 'integer':
      return isNumber(value) && Number.isInteger(value.valueOf())
    case 'array':
      return isJsonList(value)
    case 'object':
      return isJsonObject(value)
    default:
      return true
  }
}

/** Python reads 1e400 as infinity, which no component means. */
export function isNumber(value: Json | undefined): value is number | Numeral {
  return (typeof value === 'number' || value instanceof Numeral) && Number.isFinite(value.valueOf())
}

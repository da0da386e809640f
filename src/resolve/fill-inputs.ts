/** A call's data, one value for each input: from a list as clients send it, or from named arguments. */
import type { Endpoint } from '../app/model.ts'
import { isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { refuse, type Refusal } from '../refusals.ts'

/**
 * Values beyond the last input are ignored by Gradio, so they go no further (gradio/blocks.py 6.31, validate_inputs). State
 * lives on the server: what a client sends in its place is ignored too.
 */
export function fillAll({ inputs }: Endpoint, data: readonly Json[]): readonly Json[] | Refusal {
  if (data.length < inputs.length)
    return refuse('body-invalid', { inputs: inputs.length, given: data.length })
  return inputs.map((slot, at) => (slot.isState ? null : (data[at] ?? null)))
}

/** `/call` takes the API's inputs only, too (gradio/routes.py 6.31, prepare_simple_api_data). */
export function fillFromApi(endpoint: Endpoint, data: readonly Json[]): readonly Json[] | Refusal {
  const { inputs, parameters } = endpoint
  if (data.length === inputs.length || data.length !== parameters.length) return fillAll(endpoint, data)
  const filled: Json[] = inputs.map(() => null)
  for (const [at, { slot }] of parameters.entries()) filled[slot] = data[at] ?? null
  return fillAll(endpoint, filled)
}

/** By name, with what is declared for those left out (gradio_client/utils.py 2.7, construct_args). */
export function fillFromNamed(endpoint: Endpoint, named: JsonObject): readonly Json[] | Refusal {
  const { inputs, parameters } = endpoint
  const names = new Set(parameters.map(({ name }) => name))
  // Gradio drops this one where the function wants none; the gate lets nobody bring a token of somebody's.
  const known = Object.keys(named).filter((name) => names.has(name) || name !== 'oauth_token')
  if (known.some((name) => !names.has(name))) return refuse('body-invalid', { parameter: 'unknown' })
  const filled: Json[] = inputs.map(() => null)
  for (const { name, slot, hasDefault, default: fallback } of parameters) {
    const given = named[name]
    if (given === undefined && !hasDefault) return refuse('body-invalid', { parameter: 'missing' })
    filled[slot] = given ?? (given === undefined ? (fallback ?? null) : null)
  }
  return filled
}

/** Undefined: a value that must come with its component's properties came without. */
export function nameArguments(
  { inputs, parameters }: Endpoint,
  data: readonly Json[],
): Readonly<Record<string, Json>> | undefined {
  const named: [string, Json][] = []
  for (const { name, slot } of parameters) {
    const value = data[slot] ?? null
    if (inputs[slot]?.asProps !== true) named.push([name, value])
    else if (isJsonObject(value)) named.push([name, value['value'] ?? null])
    else return undefined
  }
  return Object.fromEntries(named)
}

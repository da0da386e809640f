/** One function, however it was asked for: by number, or by name. */
import type { Endpoint } from '../app/model.ts'
import type { SessionNames } from '../ownership/ownership.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Asked } from './asked.ts'

const unknown = refuse('endpoint-unknown')

/** The number decides, as it does in Gradio (gradio/route_utils.py 6.31, get_fn). */
export function endpointByIndex(
  { model, parts }: Asked,
  index: number,
  session: SessionNames | undefined,
): Endpoint | Refusal {
  const declared = model.endpoints.get(index)
  const rendered = session && parts.app.rendered.endpoint(session.upstream, index, model)
  // A keyed function can take over the number of another (gradio/blocks.py 6.31): which one runs can't be told from here.
  if (declared !== undefined && rendered !== undefined) return unknown
  return runnable(declared ?? rendered)
}

/** Functions of the app only: names of rendered ones change with every rendering. */
export function endpointByName({ model }: Asked, name: string): Endpoint | Refusal {
  return runnable(model.byName.get(name))
}

/**
 * `/run/{name}` with a number: the browser writes `predict` whatever it calls, or the name that belongs to the number
 * (@gradio/client 2.7). Any other name is an attempt to be judged by it.
 */
export function isNameOf(endpoint: Endpoint, name: string): boolean {
  return name === 'predict' || name === (endpoint.apiName ?? endpoint.name)
}

function runnable(endpoint: Endpoint | undefined): Endpoint | Refusal {
  return endpoint?.onServer === true ? endpoint : unknown
}

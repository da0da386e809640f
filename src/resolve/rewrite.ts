/** Writes addresses of the app: each piece encoded anew, so that it is read as it was judged. */
import type { Asked } from './asked.ts'

/** These segments, behind the place where the app's routes begin. */
export function apiPath({ model, parts }: Asked, ...segments: readonly string[]): string {
  return `${parts.app.base}${model.api}/${segments.map((one) => encodeURIComponent(one)).join('/')}`
}

/** The query of the request, with some of its names given another value, or none; Gradio reads it as URLSearchParams does. */
export function changedQuery(
  { request }: Asked,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const query = new URLSearchParams(request.query)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) query.delete(name)
    else query.set(name, value)
  }
  return query.toString()
}

export function inQuery({ request }: Asked, name: string): string | undefined {
  return new URLSearchParams(request.query).get(name) ?? undefined
}

/** Where the app's routes begin: since Gradio 5 behind a prefix, before at the root (gradio/routes.py 4.44.1, 5.0.2). */

export type ApiPrefix = '/gradio_api' | ''

/** `declared`: the configuration's `api_prefix`. Undefined: a prefix that no Gradio has had so far. */
export function apiPrefixOf(version: string, declared: unknown): ApiPrefix | undefined {
  if (declared === undefined || declared === null) return /^[34]\./.test(version) ? '' : '/gradio_api'
  return declared === '/gradio_api' ? declared : undefined
}

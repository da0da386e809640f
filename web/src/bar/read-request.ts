/** Reads from a finished request of the page whether the session may be over. */
import { paths } from 'sekisho/contract'
import type { Occasion } from './session-watch.ts'

export function readRequest(url: URL, status: number, origin: string): Occasion | undefined {
  if (url.origin !== origin || url.pathname.startsWith(paths.base)) return undefined
  if (status === 401) return 'refusal'
  // Gradio's client reads no body of a refused `app_id`, and browsers report only what was read (@gradio/client,
  // reconnect, Gradio 6.31). Its streams are reported when they end: the heartbeat with the page or the session …
  if (/\/heartbeat\/[^/]+$/.test(url.pathname)) return 'refusal'
  // … and the results after each call or with the session.
  if (/\/queue\/data$/.test(url.pathname)) return 'cut'
  return undefined
}

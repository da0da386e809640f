/** What a browser gets to see of the app's answer: an allow-list, plus the headers that Gradio lacks. */
import type { AnswerKind } from '../catalog/entry.ts'
import type { AnswerHeaders, Validated } from '../request.ts'

/**
 * Gradio echoes all request headers in answers to closed ranges (gradio/route_utils.py 6.31), so nothing is passed
 * by default: not Set-Cookie, not Access-Control-*, not Server.
 */
const passed = [
  'accept-ranges',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
  'retry-after',
  'vary',
] as const

/** Gradio says nothing about caching of what is private (checked on 6.31). */
const caching: Record<AnswerKind, string> = {
  document: 'private, no-store',
  data: 'private, no-store',
  file: 'private, no-store',
  media: 'private, no-store',
  // A proxy that may transform would hold events back.
  events: 'no-store, no-transform',
  asset: 'private, max-age=3600',
}

export type AppHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

export function makeAnswerHeaders(
  request: Validated,
  status: number,
  from: AppHeaders,
): AnswerHeaders | undefined {
  const headers: AnswerHeaders = {}
  for (const name of passed) {
    const value = from[name]
    if (typeof value === 'string') headers[name] = value
  }
  // RFC 9110 section 8.6: no length where there is no content.
  if (status === 204) delete headers['content-length']
  headers['cache-control'] = cachingOf(request, status, from)
  if (request.entry.answer === 'events') headers['x-accel-buffering'] = 'no'
  if (request.entry.answer === 'document') headers['content-security-policy'] = "frame-ancestors 'self'"
  if (status >= 300 && status < 400 && status !== 304) {
    const location = ownLocation(request, from['location'])
    if (location === undefined) return undefined
    headers['location'] = location
  }
  return headers
}

function cachingOf(request: Validated, status: number, from: AppHeaders): string {
  const given = from['cache-control']
  if (request.entry.answer !== 'asset') return caching[request.entry.answer]
  if (status >= 400) return 'no-store'
  return typeof given === 'string' ? given : caching.asset
}

/** A redirect stays on this site: the path of what the app said, or nothing. */
function ownLocation(request: Validated, location: AppHeaders[string]): string | undefined {
  if (typeof location !== 'string') return undefined
  const here = `${request.site.scheme}://${request.site.host}`
  const target = URL.parse(location, `${here}${request.path}`)
  if (target === null || target.host !== new URL(here).host || !/^https?:$/.test(target.protocol))
    return undefined
  const path = `${target.pathname}${target.search}`
  return path.startsWith('//') ? undefined : path
}

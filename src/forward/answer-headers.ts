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

export interface AppAnswer {
  readonly status: number
  readonly headers: AppHeaders
}

export interface AnswerHeaderParts {
  /** Origins of other sites to which forms on the app's pages may be sent. */
  readonly formTargets: readonly string[]
}

export function makeAnswerHeaders(
  request: Validated,
  { status, headers: from }: AppAnswer,
  parts: AnswerHeaderParts,
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
  protect(request, headers, parts)
  if (status >= 300 && status < 400 && status !== 304) {
    const location = ownLocation(request, from['location'])
    if (location === undefined) return undefined
    headers['location'] = location
  }
  return headers
}

/**
 * What an app's pages may do is the app's affair: Gradio itself needs inline scripts and `eval` (its charts, `gr.HTML`), and apps
 * bring theirs from anywhere. So `script-src` and its like would be words without effect; what is said here binds what stands on a
 * page without being a script, and what other sites do with it. Measured on Gradio 6.31: docs/decisions/0010-other-sites.md.
 */
function pagePolicy({ formTargets }: AnswerHeaderParts): string {
  return `base-uri 'self'; form-action ${["'self'", ...formTargets].join(' ')}; frame-ancestors 'self'`
}

/** Opened by itself, it acts for nobody: no script, no form, an origin of its own. */
const filePolicy = "sandbox; frame-ancestors 'self'"

/** Browsers show these themselves, and can't in a sandbox: Chromium loads a video there as a stranger. */
const showsItself = /^(?:audio\/|video\/|application\/pdf(?:;|$))/i

const dataPolicy = "default-src 'none'; frame-ancestors 'none'"

function protect({ entry, target }: Validated, headers: AnswerHeaders, parts: AnswerHeaderParts): void {
  switch (entry.answer) {
    case 'document':
      headers['content-security-policy'] = pagePolicy(parts)
      // A window that another site opened is no handle on the app; windows that the app opens stay its own.
      headers['cross-origin-opener-policy'] = 'same-origin-allow-popups'
      return
    case 'data':
    case 'events':
      headers['content-security-policy'] = dataPolicy
      return
    case 'file': {
      // What the app shows to everybody is a part of it: reports with scripts, say. The rest came from a person or was made for one.
      const shared = target.resource.kind === 'file' && target.resource.standing === 'shared'
      const type = headers['content-type']
      const sandboxed = !shared && !(typeof type === 'string' && showsItself.test(type))
      headers['content-security-policy'] = sandboxed ? filePolicy : pagePolicy(parts)
      return
    }
    // Read by players, or by pages as scripts and styles: a policy on a worker's script would be the worker's.
    case 'media':
    case 'asset':
      return
    default:
      entry.answer satisfies never
  }
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

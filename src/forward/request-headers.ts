/** What the app gets to see of a request: an allow-list, plus what only the gate may say. */
import { assertionHeader } from '../contract/assertion.ts'
import type { Validated } from '../request.ts'
import { holdsApiToken } from '../tokens/token.ts'

/** Fields that the app may need and that decide nothing. Everything else stays here, Authorization above all. */
const passed = [
  'accept',
  'accept-language',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'origin',
  'range',
  'referer',
  'user-agent',
] as const

/** Cookies of Gradio's own login and of OAuth outside Spaces: the gate's login stands in their place. */
const strippedCookies = /^(?:__Host-sekisho-|__Secure-sekisho-|sekisho-|access-token-|session$)/

/**
 * One range, which is what players and viewers ask for. RFC 9110 section 14.2 lets a server ignore the field and section 17.15
 * names many of them as an attack; Starlette up to 0.49.0 takes time by the square of their number (CVE-2025-62727).
 */
const oneRange = /^bytes=(?:\d{1,18}-\d{0,18}|-\d{1,18})$/i

/** Answers that the gate reads or that are cut into ranges come unencoded (gradio/brotli_middleware.py 6.31). */
function encodings(request: Validated): string {
  const wanted = request.headers['accept-encoding']
  const compressible = request.entry.answer === 'asset' && request.headers['range'] === undefined
  return compressible && wanted !== undefined && !holdsApiToken(wanted) ? wanted : 'identity'
}

export interface Additions {
  /** Fields that the operator lets through besides. */
  readonly extra: readonly string[]
  /** Undefined for strangers. */
  readonly assertion: string | undefined
}

export function makeRequestHeaders(
  request: Validated,
  { extra, assertion }: Additions,
): Record<string, string> {
  const headers: Record<string, string> = {
    // The public name, so that Gradio builds its root, redirects and file addresses on it (gradio/route_utils.py).
    host: request.site.host,
    'x-forwarded-host': request.site.host,
    'x-forwarded-proto': request.site.scheme,
    // Always set: without it Gradio takes every caller for the owner of the machine (gradio/history.py 6.31).
    'x-forwarded-for': request.client,
    'accept-encoding': encodings(request),
  }
  for (const name of passed) copy(request, name, headers)
  for (const name of extra) copy(request, name, headers)
  if (!oneRange.test(headers['range'] ?? '')) delete headers['range']
  const cookie = keepCookies(request.headers['cookie'])
  if (cookie !== '') headers['cookie'] = cookie
  // Last, and whatever the lists say: nobody else speaks by this field.
  delete headers[assertionHeader]
  if (assertion !== undefined) headers[assertionHeader] = assertion
  return headers
}

function copy(request: Validated, name: string, headers: Record<string, string>): void {
  const value = request.headers[name]
  // Whatever a client puts a token into, the app isn't told it (RFC 6750 section 5.2).
  if (value !== undefined && !holdsApiToken(value)) headers[name] = value
}

export function keepCookies(header: string | undefined): string {
  if (header === undefined) return ''
  const cookies = header.split(';').map((cookie) => cookie.trim())
  return cookies
    .filter((cookie) => cookie !== '' && !strippedCookies.test((cookie.split('=')[0] ?? '').trim()))
    .join('; ')
}

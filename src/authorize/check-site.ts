/** Where a request comes from: another site may link to a page, and nothing else. */
import type { Classified } from '../request.ts'

/**
 * Undefined, or what is foreign. Unsafe methods must come from this origin (OWASP ASVS 5.0 3.5.1); so must reads
 * that carry data. Clients that are no browsers send neither field. Plain http on a public address has no fetch
 * metadata, so it can't be demanded there. API tokens are under the same rule: no browser sends one unasked, but a
 * page of another site that holds one is not what the operator made it for.
 */
export function findForeign(request: Classified): string | undefined {
  const { headers, site } = request
  const origin = headers['origin']
  if (origin !== undefined && origin !== `${site.scheme}://${site.host}` && !isHarmless(request))
    return 'origin'
  const from = headers['sec-fetch-site']
  if (from === undefined || from === 'same-origin' || from === 'none' || isHarmless(request)) return undefined
  return isVisit(request) ? undefined : 'fetch-site'
}

/** A link that somebody followed, in a window of its own: a frame of another site is none. */
function isVisit({ headers, method, entry }: Classified): boolean {
  const toWindow =
    headers['sec-fetch-mode'] === 'navigate' && (headers['sec-fetch-dest'] ?? 'document') === 'document'
  return toWindow && (entry.answer === 'document' || entry.answer === 'file') && isSafe(method)
}

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** What anybody may load from anywhere carries nothing of the app's. */
function isHarmless(request: Classified): boolean {
  return (
    isSafe(request.method) &&
    (request.entry.action === 'loadPublicAsset' || request.entry.action === 'checkHealth')
  )
}

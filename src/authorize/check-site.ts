/** Where a request comes from: another site may link to a page, and nothing else. */
import type { AnswerKind } from '../catalog/entry.ts'
import { isFrameable } from '../catalog/frameable.ts'
import { originOf } from '../kit/origin.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Authenticated, Classified } from '../request.ts'
import type { EmbedParts } from './let-frame.ts'

/**
 * Asked before the signature, which no other site can make: otherwise all that they try would be a signature that is missing. It says
 * nothing of rights. What nobody gets is refused for that alone, a broken link too.
 */
export function refuseForeigner(request: Authenticated, parts: EmbedParts): Refusal | undefined {
  const { principal, entry } = request
  return principal.kind === 'nobody' || entry.goesTo === 'nowhere' ? undefined : refuseForeign(request, parts)
}

export function refuseForeign(request: Classified, { embed }: EmbedParts): Refusal | undefined {
  const field = findForeign(request, embed)
  return field === undefined ? undefined : refuse('origin-foreign', { field })
}

/**
 * Undefined, or what is foreign. Unsafe methods must come from this origin (OWASP ASVS 5.0 3.5.1); so must reads
 * that carry data. Clients that are no browsers send none of these fields. Plain http on a public address has no fetch
 * metadata, so it can't be demanded there. API tokens are under the same rule: no browser sends one unasked, but a
 * page of another site that holds one is not what the operator made it for.
 */
export function findForeign(request: Classified, embed: readonly string[] = []): string | undefined {
  const { headers, method } = request
  // No script of an app comes to stand between the browser and the gate's own pages; Gradio has none (checked on 6.31, PWA too).
  if (headers['service-worker'] !== undefined || headers['sec-fetch-dest'] === 'serviceworker')
    return 'service-worker'
  if (isHarmless(request)) return undefined
  const origin = headers['origin']
  if (origin !== undefined && origin !== originOf(request.site)) return 'origin'
  const from = headers['sec-fetch-site']
  if (from === undefined) return origin === undefined ? findForeignReferer(request) : undefined
  // Fetch Metadata section 2.3: `none` is what a person typed or kept as a bookmark, and that only ever reads. Chromium says it
  // too of what the rules of any page have it fetch in advance (speculation rules, measured on 156).
  const typed = from === 'none' && isSafe(method) && headers['sec-purpose'] === undefined
  const own = from === 'same-origin' || typed
  if (!own && !isVisit(request) && !isShownInFrame(request, embed)) return 'fetch-site'
  return fits(request) ? undefined : 'fetch-dest'
}

/** OWASP Cross-Site Request Forgery Prevention: where neither Origin nor metadata tells, Referer does, if there is one. */
function findForeignReferer(request: Classified): string | undefined {
  const referer = request.headers['referer']
  if (referer === undefined || (isSafe(request.method) && isPage(request.entry.answer))) return undefined
  return URL.parse(referer)?.origin === originOf(request.site) ? undefined : 'referer'
}

/** A link that somebody followed, in a window of its own: neither a frame of another site nor what a browser fetches in advance. */
function isVisit({ headers, method, entry }: Classified): boolean {
  const toWindow =
    headers['sec-fetch-mode'] === 'navigate' && (headers['sec-fetch-dest'] ?? 'document') === 'document'
  return toWindow && headers['sec-purpose'] === undefined && isPage(entry.answer) && isSafe(method)
}

/** In a frame, where the operator lets sites do that. Who the others around it are the browser knows (`let-frame.ts`). */
function isShownInFrame({ headers, method, entry }: Classified, embed: readonly string[]): boolean {
  if (embed.length === 0 || method !== 'GET' || !isFrameable(entry)) return false
  const referer = headers['referer']
  const from = referer === undefined ? undefined : (URL.parse(referer)?.origin ?? '')
  const toFrame = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'iframe'
  return toFrame && headers['sec-purpose'] === undefined && (from === undefined || embed.includes(from))
}

/**
 * What each kind of answer is asked for as (Fetch Metadata section 2.1), this origin's own pages included: data is no script, no
 * style and no picture. Undefined: whatever an app makes of its files and assets.
 */
const destinations: Record<AnswerKind, readonly string[] | undefined> = {
  document: ['document', 'iframe', 'frame', 'object', 'embed', 'empty'],
  data: ['empty', 'document', 'json'],
  events: ['empty', 'document'],
  file: undefined,
  media: undefined,
  asset: undefined,
}

function fits({ headers, entry }: Classified): boolean {
  const as = headers['sec-fetch-dest']
  return as === undefined || destinations[entry.answer]?.includes(as) !== false
}

function isPage(answer: AnswerKind): boolean {
  return answer === 'document' || answer === 'file'
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

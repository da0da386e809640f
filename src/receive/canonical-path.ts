/** Decode once, refuse what two parsers could read in two ways, encode again in the one canonical way. */
import type { CanonicalPath } from '../request.ts'

/** Why a target is refused; for the audit log. */
export type PathTrouble =
  | 'not-origin-form'
  | 'character'
  | 'encoding'
  | 'separator-encoded'
  | 'encoded-twice'
  | 'segment-empty'
  | 'segment-dots'
  | 'too-long'

const longest = 4096
// RFC 3986 section 3.3: pchar without percent-encoding, and the slash between segments.
const allowedRaw = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/%]*$/
// What encodeURIComponent escapes although a path segment may carry it.
const needlessEscapes = /%(?:24|26|2B|2C|3A|3B|3D|40)/g

/**
 * Splits an origin-form request target (RFC 9112 section 3.2.1) and canonicalises its path.
 * Gradio's server decodes `%2F` before it routes (uvicorn 0.54), so an encoded separator is never let through.
 */
export function parseTarget(
  target: string,
): { readonly path: CanonicalPath; readonly query: string } | { readonly trouble: PathTrouble } {
  if (target.length > longest * 2) return { trouble: 'too-long' }
  if (!target.startsWith('/')) return { trouble: 'not-origin-form' }
  const mark = target.indexOf('?')
  const raw = mark === -1 ? target : target.slice(0, mark)
  const query = mark === -1 ? '' : target.slice(mark + 1)
  // A fragment never belongs on the wire; some servers cut it off, others route by it.
  if (!/^[\x21\x22\x24-\x7e]*$/.test(query)) return { trouble: 'character' }
  const path = parsePath(raw)
  return 'trouble' in path ? path : { path: path.path, query }
}

export function parsePath(raw: string): { readonly path: CanonicalPath } | { readonly trouble: PathTrouble } {
  if (raw.length > longest) return { trouble: 'too-long' }
  if (!raw.startsWith('/')) return { trouble: 'not-origin-form' }
  // Browsers send these five unescaped in paths (WHATWG URL, path percent-encode set); they mean nothing to a router.
  if (!allowedRaw.test(raw.replace(/[[\]|^"]/g, ''))) return { trouble: 'character' }
  if (/%(?:2f|5c|00)/i.test(raw)) return { trouble: 'separator-encoded' }
  let decoded: string
  try {
    decoded = decodeURIComponent(raw)
  } catch {
    return { trouble: 'encoding' }
  }
  if (/%[0-9a-f]{2}/i.test(decoded)) return { trouble: 'encoded-twice' }
  // Controls, and the bidirectional marks that make a log line read backwards.
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/.test(decoded)) {
    return { trouble: 'character' }
  }
  const segments = decoded.split('/').slice(1)
  if (segments.some((segment, at) => segment === '' && at < segments.length - 1))
    return { trouble: 'segment-empty' }
  // `file=..` is a dot segment to the handler behind it, though not to a URL parser.
  if (segments.some((segment) => /(?:^|=)\.{1,2}$/.test(segment))) return { trouble: 'segment-dots' }
  return { path: `/${segments.map(encodeSegment).join('/')}` as CanonicalPath }
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(needlessEscapes, (escaped) => decodeURIComponent(escaped))
}

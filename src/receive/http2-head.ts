/** The head of an HTTP/2 request: pseudo-header fields and fields (RFC 9113 section 8), read strictly. */
import type { HeadersRead } from './exchange.ts'
import { findDoubtful } from './headers.ts'
import { headerBytes, headerFields } from './limits.ts'

/** RFC 9113 section 8.2.2. nghttp2 refuses them itself; a field that frames the next hop's message is looked at twice. */
const ofConnections = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/** What each field costs besides its text (RFC 9113 section 6.5.2). */
const fieldOverhead = 32

export interface Http2Head {
  readonly method: string
  readonly target: string
  readonly userAgent: string
  readonly read: () => HeadersRead
}

/**
 * `raw` alternates names and values, as they came. By then nghttp2 (1.64) has reset streams with names in upper case,
 * pseudo-header fields that are missing, repeated or out of place, and lengths that are none. Fields whose value holds
 * control characters it drops without a word: they reach nobody.
 */
export function readHttp2Head(raw: readonly string[]): Http2Head {
  const pseudo = new Map<string, string>()
  const fields: string[] = []
  for (let at = 0; at < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at], raw[at + 1]]
    if (name.startsWith(':')) pseudo.set(name, value)
    else fields.push(name, value)
  }
  const agent = fields.findIndex((text, at) => at % 2 === 0 && text === 'user-agent')
  return {
    method: pseudo.get(':method') ?? '',
    target: pseudo.get(':path') ?? '',
    userAgent: agent === -1 ? '' : (fields[agent + 1] ?? ''),
    read: () => readFields(pseudo, fields),
  }
}

function readFields(pseudo: ReadonlyMap<string, string>, fields: readonly string[]): HeadersRead {
  if (fields.length / 2 > headerFields) return { large: 'fields' }
  if (sizeOf(fields) > headerBytes) return { large: 'bytes' }
  // This connection is encrypted; whoever says otherwise wants somebody behind us to believe it.
  if (pseudo.get(':scheme') !== 'https') return { doubtful: ':scheme' }
  const doubtful = findDoubtful(fields, 'cookie') ?? findMisplaced(fields)
  if (doubtful !== undefined) return { doubtful }
  const headers = joinFields(fields)
  const authority = pseudo.get(':authority')
  if (authority === undefined) return { headers }
  // RFC 9113 section 8.3.1: a Host field that says something else makes the request malformed.
  const { host = authority } = headers
  if (host.toLowerCase() !== authority.toLowerCase()) return { doubtful: 'host' }
  headers['host'] = authority
  return { headers }
}

function sizeOf(fields: readonly string[]): number {
  return fields.reduce((sum, text) => sum + text.length, (fields.length / 2) * fieldOverhead)
}

function findMisplaced(fields: readonly string[]): string | undefined {
  for (let at = 0; at < fields.length; at += 2) {
    const [name = '', value] = [fields[at], fields[at + 1]]
    if (ofConnections.has(name) || (name === 'te' && value !== 'trailers')) return name
    if (name === 'expect' && value?.toLowerCase() !== '100-continue') return name
  }
  return undefined
}

/** Cookies come in crumbs, for the sake of compression (RFC 9113 section 8.2.3); other lists as RFC 9110 section 5.3. */
function joinFields(fields: readonly string[]): Record<string, string> {
  const joined = Object.create(null) as Record<string, string>
  for (let at = 0; at < fields.length; at += 2) {
    const [name = '', value = ''] = [fields[at], fields[at + 1]]
    const before = joined[name]
    joined[name] = before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`
  }
  return joined
}

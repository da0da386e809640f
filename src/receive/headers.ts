/** Request headers: one meaning each, or the request is refused. */
import type { IncomingMessage } from 'node:http'
import type { Headers } from '../request.ts'

/** Fields that steer a decision or the forwarding; two of them are two requests in one (RFC 9112 section 11.2). */
const single = new Set([
  'host',
  'authorization',
  'content-length',
  'content-type',
  'content-encoding',
  'content-range',
  'transfer-encoding',
  'cookie',
  'origin',
  'range',
  'if-range',
  'expect',
  'upgrade',
  'sec-fetch-site',
  'sec-fetch-mode',
  'sec-fetch-dest',
  'x-forwarded-host',
  'x-forwarded-proto',
])

/** What an underscore would be taken for by a server that maps both to one name (CVE-2025-64484). */
const guarded =
  /^(?:x-|forwarded|authorization|cookie|host|content-|transfer-|proxy-|remote-|origin|range|sec-)/

/** The first field, by its name in lower case, that could be read in two ways; raw fields alternate name and value. */
export function findDoubtful(raw: readonly string[], mayRepeat?: string): string | undefined {
  const seen: string[] = []
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase()
    if (name.includes('_') && guarded.test(name.replaceAll('_', '-'))) return 'underscore'
    if (!single.has(name) || name === mayRepeat) continue
    if (seen.includes(name)) return name
    seen.push(name)
  }
  return undefined
}

export function readHeaders(
  message: IncomingMessage,
): { readonly headers: Headers } | { readonly doubtful: string } {
  const doubtful = findDoubtful(message.rawHeaders)
  // `set-cookie` alone is a list in Node's types, and no request may carry one that we'd use.
  return doubtful === undefined ? { headers: message.headers as Headers } : { doubtful }
}

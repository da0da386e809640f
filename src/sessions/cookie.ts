/** The gate's cookies: RFC 6265bis with the `__Host-` prefix, so that no sibling host or plain page can set them. */
import ipaddr from 'ipaddr.js'

/** How the browser sees the gate. */
export interface Site {
  readonly scheme: 'http' | 'https'
  /** With the port, as in the Host header. */
  readonly host: string
}

export interface CookieNames {
  /** Holds the session token. */
  readonly session: string
  /** Says that somebody signed in here before; opens nothing. */
  readonly known: string
}

/**
 * Browsers share cookies between the ports of one host, so each instance has names of its own.
 *
 * Over plain http browsers take `Secure` cookies from loopback only. Where the operator accepted `--insecure-http`
 * there are cookies without it, under other names, which are never read anywhere else.
 */
export function cookieNames(instance: string, site?: Site, embedded = false): CookieNames {
  const prefix = isPlain(site) ? '' : '__Host-'
  const name = embedded ? `${framed}${instance}` : instance
  return { session: `${prefix}sekisho-${name}`, known: `${prefix}sekisho-known-${name}` }
}

/**
 * Stands in the names of cookies that go into frames of other sites. A browser keeps those apart from others of the same name (CHIPS,
 * RFC 6265bis draft section 5.7), and would send both.
 */
const framed = 'framed-'

/** Whether whoever is on the way can read and change what passes: browsers refuse `Secure` cookies from such a site. */
export function isPlain(site: Site | undefined): boolean {
  if (site?.scheme !== 'http') return false
  const name = site.host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
  if (ipaddr.isValid(name)) return ipaddr.process(name).range() !== 'loopback'
  return name !== 'localhost' && !name.endsWith('.localhost')
}

export type CookieFound =
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly value: string }
  /** A browser holds one `__Host-` cookie of a name; two were put together by somebody else. */
  | { readonly kind: 'ambiguous' }

/** Looks for `name` in a Cookie header. What other programs on the same host put there is none of our business. */
export function readCookie(header: string | undefined, name: string): CookieFound {
  if (header === undefined) return { kind: 'none' }
  const values = header.split(';').flatMap((part) => {
    const pair = stripBlanks(part)
    return pair.startsWith(`${name}=`) ? [pair.slice(name.length + 1)] : []
  })
  const [value] = values
  if (value === undefined) return { kind: 'none' }
  return values.length === 1 ? { kind: 'one', value } : { kind: 'ambiguous' }
}

/**
 * Only the blanks of RFC 9110 (OWS). String.trim would also take U+00A0 and friends, and with them a cookie that a
 * browser let a sibling host set, because to the browser its name did not begin with `__Host-`.
 */
function stripBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

const inFrames = new RegExp(`^__Host-sekisho-(?:known-)?${framed}`)

/**
 * Lax and not Strict: a link from a wiki or a mail should find the reader signed in. In a frame neither is sent; there the cookie
 * belongs to the site around it and to no other one (`Partitioned`), and `check-site.ts` alone keeps foreign requests out.
 */
function attributesOf(name: string): string {
  if (inFrames.test(name)) return 'Path=/; HttpOnly; Secure; SameSite=None; Partitioned'
  return name.startsWith('__Host-')
    ? 'Path=/; HttpOnly; Secure; SameSite=Lax'
    : 'Path=/; HttpOnly; SameSite=Lax'
}

/** A Set-Cookie value. Without `maxAge` (seconds) the cookie goes when the browser closes. */
export function setCookie(name: string, value: string, maxAge?: number): string {
  if (!/^[A-Za-z0-9._-]+$/.test(value)) throw new TypeError('a cookie value of ours has no such characters')
  const age = maxAge === undefined ? '' : `; Max-Age=${String(maxAge)}`
  return `${name}=${value}; ${attributesOf(name)}${age}`
}

/** A Set-Cookie value that removes the cookie; browsers want the same attributes as when it was set. */
export function clearCookie(name: string): string {
  return `${name}=; ${attributesOf(name)}; Max-Age=0`
}

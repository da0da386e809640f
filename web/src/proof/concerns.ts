/** Which requests are signed: all of this origin, but for the gate's own that nobody needs to be signed in for. */

// Written out, since the table of all paths would be a tenth of this script; the test compares.
export const challengePath = '/.sekisho/api/challenge'
export const sessionPath = '/.sekisho/api/session'
const own = /^\/\.sekisho\//
const unsigned = /^\/\.sekisho\/api\/(?:challenge|logout|(?:login|join)\/[a-z]+)$/

/** RFC 9110 section 9.2.1: these change nothing, and may be repeated. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** Not by `url.origin`: that of a `blob:` address is its page's, and it never leaves the browser. */
export function isOurs(url: URL, origin: string): boolean {
  return url.href.startsWith(`${origin}/`)
}

export function isSigned(url: URL, method: string, origin: string): boolean {
  if (!isOurs(url, origin)) return false
  return !own.test(url.pathname) || !(isSafe(method) || unsigned.test(url.pathname))
}

/** Connections to the app. */
import { Pool } from 'undici'
import { errorCode } from '../kit/error-code.ts'

/** Ends before the app's own keep-alive of 5 s (uvicorn 0.54), so that no request meets a closing connection. */
const keepAlive = 4_000

export function openUpstream(upstream: URL): Pool {
  return new Pool(upstream.origin, {
    // One connection a stream, and as many streams as there are: the limit stands at the gate's own door.
    connections: null,
    pipelining: 1,
    keepAliveTimeout: keepAlive,
    keepAliveMaxTimeout: keepAlive,
    // A call answers when its function has ended; whoever waits for it decides how long.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 5_000 },
    maxHeaderSize: 64 * 1024,
  })
}

const closedEarly = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])
const absent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
])

export function codeOf(error: unknown): string {
  return errorCode(error) ?? 'unknown'
}

/** The connection broke before an answer began, so a repeatable request may be sent again. */
export function isClosedEarly(error: unknown): boolean {
  return closedEarly.has(codeOf(error))
}

/** Nobody is listening there. */
export function isAbsent(error: unknown): boolean {
  return absent.has(codeOf(error))
}

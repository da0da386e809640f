/** One HTTP/2 stream as a request and the place for its answer. */
import type { ServerHttp2Stream } from 'node:http2'
import type { Headers, IncomingBody } from '../request.ts'
import type { Exchange } from './exchange.ts'
import { Http2Body } from './http2-body.ts'
import { readHttp2Head } from './http2-head.ts'
import { Http2Outlet } from './http2-outlet.ts'

export interface Http2Exchange extends Exchange {
  readonly outlet: Http2Outlet
}

export function makeHttp2Exchange(
  stream: ServerHttp2Stream,
  raw: readonly string[],
  connection: Pick<Exchange, 'peer' | 'vouch'> & { readonly streams: () => number },
): Http2Exchange {
  const head = readHttp2Head(raw)
  return {
    method: head.method,
    target: head.target,
    userAgent: head.userAgent,
    peer: connection.peer,
    readHeaders: head.read,
    openBody: (headers) => openBody(stream, headers),
    vouch: connection.vouch,
    outlet: new Http2Outlet(stream, head.method === 'HEAD', connection.streams),
  }
}

/** nghttp2 has seen to it that a declared length is a number, and resets the stream when the body has another one. */
function openBody(stream: ServerHttp2Stream, headers: Headers): IncomingBody | undefined {
  const declared = headers['content-length']
  if (stream.endAfterHeaders || declared === '0') return undefined
  const length = declared === undefined ? undefined : Number(declared)
  const accept = () => {
    if (headers['expect'] === undefined || stream.closed || stream.destroyed) return
    if (!stream.headersSent) stream.additionalHeaders({ ':status': 100 })
  }
  const body = { stream: new Http2Body(stream, length), accept }
  return length === undefined ? body : { ...body, length }
}

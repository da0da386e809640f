/** Node's own HTTP/2 client, for requests that any browser could make. */
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { findSigner } from './signer.ts'

export interface Http2Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** How the stream ended (RFC 9113 section 7); 0: in order. */
  readonly code: number
}

/** For self-signed certificates; closes by `session.destroy()`. */
export async function openHttp2(url: string): Promise<ClientHttp2Session> {
  const session = connect(url, { rejectUnauthorized: false })
  await new Promise<void>((resolve, reject) => {
    session.once('connect', () => resolve()).once('error', reject)
  })
  session.on('error', () => undefined)
  return session
}

/**
 * The stream of a request; with `body: 'follows'` whoever asked writes it. Signed where the session is one that signed in from
 * here; `whole`: what will have been written at the end, if all of it is meant to count.
 */
export function startHttp2(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body: 'none' | 'follows' = 'none',
  whole: string | Uint8Array = '',
): ClientHttp2Stream {
  const signed = { ...headers, ...signatureOf(session, headers, body === 'none' ? undefined : whole) }
  const stream = session.request(signed, { endStream: body === 'none' })
  // It shows in how the stream ended.
  stream.on('error', () => undefined)
  return stream
}

/** The fields of a signature, for whoever writes the request by hand. */
export function signatureOf(
  { socket }: { readonly socket: { readonly remotePort?: number | undefined } },
  headers: OutgoingHttpHeaders,
  body: string | Uint8Array | undefined,
): Record<string, string> {
  const here = `https://127.0.0.1:${String(socket.remotePort)}`
  const signer = findSigner(here, [headers['cookie'] ?? []].flat().join('; '))
  if (signer?.challenge === undefined) return {}
  return signer.sign({
    method: String(headers[':method'] ?? 'GET'),
    origin: `https://${String(headers[':authority'] ?? `127.0.0.1:${String(socket.remotePort)}`)}`,
    path: String(headers[':path']),
    ...(body !== undefined && { body }),
  })
}

/** Resolves when the stream is closed, however it was. */
export function readHttp2(stream: ClientHttp2Stream): Promise<Http2Answer> {
  return new Promise((resolve) => {
    let headers: IncomingHttpHeaders = {}
    const chunks: Buffer[] = []
    stream.on('response', (head) => (headers = head))
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('close', () => {
      const status = Number(headers[constants.HTTP2_HEADER_STATUS] ?? 0)
      resolve({ status, headers, body: Buffer.concat(chunks), code: stream.rstCode })
    })
  })
}

export function askHttp2(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string | Uint8Array,
): Promise<Http2Answer> {
  const stream = startHttp2(session, headers, body === undefined ? 'none' : 'follows', body)
  const answer = readHttp2(stream)
  if (body !== undefined) stream.end(body)
  return answer
}

/** Node's own HTTP/2 client, for requests that any browser could make. */
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'

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

/** The stream of a request; with `body: 'follows'` whoever asked writes it. */
export function startHttp2(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body: 'none' | 'follows' = 'none',
): ClientHttp2Stream {
  const stream = session.request(headers, { endStream: body === 'none' })
  // It shows in how the stream ended.
  stream.on('error', () => undefined)
  return stream
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
  const stream = startHttp2(session, headers, body === undefined ? 'none' : 'follows')
  const answer = readHttp2(stream)
  if (body !== undefined) stream.end(body)
  return answer
}

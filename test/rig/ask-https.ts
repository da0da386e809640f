/** One HTTPS request to loopback, and whose certificate was shown for it. */
import { request } from 'node:https'
import type { IncomingHttpHeaders } from 'node:http'
import type { TLSSocket } from 'node:tls'

export interface HttpsAsking {
  readonly port: number
  /** PEM of the only CA that is trusted; without one any certificate will do. */
  readonly ca?: string
  /** Name in the certificate; by default the address itself. */
  readonly name?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent by POST. */
  readonly body?: Uint8Array
}

export interface HttpsAsked {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly fingerprint: string
  /** DER. */
  readonly certificate: Buffer
  readonly body: string
}

/** Rejects when the certificate isn't what a browser would take. */
export function askHttps(asking: HttpsAsking): Promise<HttpsAsked> {
  const { port, ca, name, path = '/.sekisho/health', headers, body: sent } = asking
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path,
      agent: false,
      method: sent === undefined ? 'GET' : 'POST',
      headers: { host: name ?? '127.0.0.1', ...headers },
      ...(ca === undefined ? { rejectUnauthorized: false } : { ca }),
      ...(name === undefined ? {} : { servername: name }),
    })
    asked.on('error', reject)
    asked.on('response', (answer) => {
      const { fingerprint256, raw } = (answer.socket as TLSSocket).getPeerCertificate()
      let body = ''
      answer.setEncoding('utf8')
      answer.on('data', (piece: string) => (body += piece))
      answer.on('end', () => {
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          fingerprint: fingerprint256,
          certificate: raw,
          body,
        })
      })
    })
    asked.end(sent)
  })
}

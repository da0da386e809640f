/** One port for HTTP/1.1 and HTTP/2 over TLS: whatever the handshake agreed upon (ALPN, RFC 7301). */
import { Server as HttpsServer, type ServerOptions } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Handshakes } from './handshakes.ts'
import type { Http2Connections } from './http2-connections.ts'
import { headerDeadline } from './limits.ts'

/**
 * Node's own server for both (http2.createSecureServer with allowHTTP1) keeps neither the times nor the sizes of its
 * HTTP/1.1 half before Node 24 (nodejs/node#59783), and can't end its connections; so this is the HTTPS server, with
 * the HTTP/2 connections taken aside.
 */
export class TlsServer extends HttpsServer {
  readonly #http2: Http2Connections
  readonly #sockets = new Set<Socket>()

  constructor(options: ServerOptions, http2: Http2Connections, handshakes: Pick<Handshakes, 'admit'>) {
    super({
      ...options,
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: headerDeadline,
    })
    this.#http2 = http2
    // Node's own, which begins TLS.
    const begin = this.listeners('connection')
    this.removeAllListeners('connection')
    this.on('connection', (socket: Socket) =>
      handshakes.admit(socket, () => {
        for (const listener of begin) listener.call(this, socket)
      }),
    )
    const http1 = this.listeners('secureConnection')
    this.removeAllListeners('secureConnection')
    this.on('secureConnection', (socket: TLSSocket) => {
      if (socket.alpnProtocol === 'h2') http2.add(socket)
      else for (const listener of http1) listener.call(this, socket)
    })
    this.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    this.on('close', () => http2.stop())
  }

  /** No new connections, and no new requests on those there are. */
  override close(callback?: (error?: Error) => void): this {
    this.#http2.close()
    return super.close(callback)
  }

  /** Those in the handshake too, which the HTTP/1.1 server doesn't know of. */
  override closeAllConnections(): void {
    super.closeAllConnections()
    for (const socket of this.#sockets) socket.destroy()
  }
}

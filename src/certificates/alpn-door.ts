/** tls-alpn-01 at the HTTPS port (RFC 8737): while a CA verifies, its connections are told apart before TLS begins. */
import type { Socket } from 'node:net'
import { createServer, type SecureContext, type Server } from 'node:tls'
import type { Challenges } from './challenges.ts'
import { readClientHello } from './client-hello.ts'

/** RFC 8737 section 6.2. */
const protocol = 'acme-tls/1'
/** A hello is one or two packets; who drips it may not hold a connection. */
const patienceMs = 10_000
const mostBytes = 20_000

type OnConnection = (socket: Socket) => void

/**
 * Outside of a verification nothing here is in the path. Node's SNICallback doesn't know the protocols of a hello, so the
 * first bytes are read, put back, and handed with the connection to the one server or the other.
 */
export function openAlpnDoor(server: Server, challenges: Challenges): { close(): void } {
  const verifier = makeVerifier(challenges)
  // The first listener is Node's own, set by the constructor: it begins TLS. Later ones count connections.
  const [beginTls] = server.listeners('connection') as OnConnection[]
  if (beginTls === undefined) throw new TypeError('A TLS server listens to its own connections.')
  const look: OnConnection = (socket) => {
    void readProtocols(socket).then((protocols) => {
      if (socket.destroyed) return
      // Only a CA offers this, and then nothing else (RFC 8737 section 3).
      if (protocols.length === 1 && protocols[0] === protocol) verifier.emit('connection', socket)
      else beginTls.call(server, socket)
    })
  }
  const set = (pending: boolean) => {
    server.removeListener('connection', pending ? beginTls : look)
    server.prependListener('connection', pending ? look : beginTls)
  }
  challenges.onAlpn(set)
  if (challenges.alpnPending) set(true)
  return { close: () => verifier.close() }
}

/** Answers the one handshake and hangs up: RFC 8737 section 3 allows no data after it. */
function makeVerifier(challenges: Challenges): Server {
  const choose = (servername: string, done: (error: Error | null, context?: SecureContext) => void) => {
    const context = challenges.alpnContext(servername)
    if (context === undefined) done(new TypeError('no challenge for this name'))
    else done(null, context)
  }
  const verifier = createServer({
    ALPNProtocols: [protocol],
    SNICallback: choose,
    minVersion: 'TLSv1.2',
    handshakeTimeout: patienceMs,
  })
  verifier.on('secureConnection', (socket) => socket.end())
  verifier.on('tlsClientError', (_error, socket) => socket.destroy())
  return verifier
}

/** Leaves the bytes where TLS will read them. Empty for whatever isn't a hello: TLS then says what is wrong with it. */
function readProtocols(socket: Socket): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const timer = setTimeout(() => socket.destroy(), patienceMs)
    const finish = (protocols: readonly string[]) => {
      clearTimeout(timer)
      socket.off('readable', onReadable).off('close', onGone).off('end', onGone)
      socket.off('error', onError)
      if (!socket.destroyed && chunks.length > 0) socket.unshift(Buffer.concat(chunks))
      resolve(protocols)
    }
    const onReadable = () => {
      for (let chunk = read(socket); chunk !== null; chunk = read(socket)) chunks.push(chunk)
      const bytes = Buffer.concat(chunks)
      const hello = readClientHello(bytes)
      if (hello.kind === 'hello') finish(hello.protocols)
      else if (hello.kind === 'other' || bytes.length > mostBytes) finish([])
    }
    const onGone = () => {
      socket.destroy()
      finish([])
    }
    const onError = () => socket.destroy()
    socket.on('readable', onReadable).once('close', onGone).once('end', onGone).on('error', onError)
  })
}

function read(socket: Socket): Buffer | null {
  return socket.read() as Buffer | null
}

/** bytes → Received: the HTTP server. One request object each, or a refusal; upgrades are refused. */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Method } from '../catalog/entry.ts'
import type { Network } from '../kit/networks.ts'
import { isInside, isLoopback, parseAddress } from '../kit/networks.ts'
import { refuse, refusals, type Refusal, type RefusalCode } from '../refusals.ts'
import { abandon, type Misreceived, type Outcome, type Received } from '../request.ts'
import { parseTarget } from './canonical-path.ts'
import { findClientAddress } from './client-address.ts'
import { readHeaders } from './headers.ts'
import { limitConnections } from './connections.ts'
import { limitLeftover } from './leftover.ts'
import { PipelineGuard } from './pipeline-guard.ts'
import { reply, type MessagePage } from './reply.ts'
import { parseHost } from './site.ts'
import { cutWhenStalled, stalledMs } from './stalled.ts'

export interface ReceiveSettings {
  readonly hosts: readonly string[]
  readonly trustedProxies: readonly Network[]
  readonly connections: number
  /** Only the trusted proxies, and this machine, may connect. */
  readonly proxiesOnly?: boolean
  /** PEM text. */
  readonly tls?: { readonly cert: string; readonly key: string }
}

export interface ReceiveParts {
  readonly handle: (request: Received | Misreceived) => Promise<Outcome>
  readonly page: MessagePage
  readonly now: () => number
}

/** A client that drips its header is cut after this, give or take the checking interval. */
const headerDeadline = 10_000
const checkingInterval = 2_000
const idleDeadline = 30_000
/** Whoever gets a refusal written to the bare socket has this long to take it. */
const farewellMs = 2_000
const headerBytes = 16 * 1024
const headerFields = 100

const methods = new Set<string>(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])

export function makeServer(settings: ReceiveSettings, parts: ReceiveParts): Server {
  const options = {
    maxHeaderSize: headerBytes,
    headersTimeout: headerDeadline,
    // Bodies have a pace of their own (validate/meter.ts): a large upload may take its time, a dripping one may not.
    requestTimeout: 0,
    connectionsCheckingInterval: checkingInterval,
    keepAliveTimeout: idleDeadline,
    insecureHTTPParser: false,
    requireHostHeader: false,
    noDelay: true,
  }
  const server =
    settings.tls === undefined
      ? createServer(options)
      : (createTlsServer({
          ...options,
          ...settings.tls,
          minVersion: 'TLSv1.2',
          handshakeTimeout: headerDeadline,
        }) as unknown as Server)
  server.maxHeadersCount = headerFields
  server.timeout = stalledMs
  const nextId = makeCounter()
  const waiting = new PipelineGuard()
  const onRequest = (message: IncomingMessage, response: ServerResponse, waits: boolean) => {
    if (!waiting.admit(message.socket, response)) return
    limitLeftover(message, response)
    cutWhenStalled(message, response)
    const request = readRequest(message, response, { settings, id: nextId(), at: parts.now(), waits })
    void answer(request, response, parts)
  }
  server.on('request', (message, response) => onRequest(message, response, false))
  server.on('checkContinue', (message, response) => onRequest(message, response, true))
  // Node would answer these itself, past the log.
  server.on('checkExpectation', (message, response) => {
    limitLeftover(message, response)
    const refusal = refuse('header-ambiguous', { field: 'expect' })
    void answer(misreceived(message, nextId(), parts.now(), refusal), response, parts)
  })
  server.on('upgrade', (message: IncomingMessage, socket: Socket) => {
    refuseOnSocket(misreceived(message, nextId(), parts.now(), refuse('upgrade-refused')), socket, parts)
  })
  server.on('connect', (message: IncomingMessage, socket: Socket) => {
    refuseOnSocket(
      misreceived(message, nextId(), parts.now(), refuse('method-unknown', { method: 'CONNECT' })),
      socket,
      parts,
    )
  })
  const onSocket = (socket: Socket, refusal: Refusal): Misreceived => {
    const client = findClientAddress(socket.remoteAddress, undefined, [])
    return { id: nextId(), method: '', client, userAgent: '', at: parts.now(), refusal }
  }
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // Garbage behind a request whose answer is under way: a second answer would stand in the middle of the first.
    if (error.code === 'ECONNRESET' || !socket.writable || waiting.isAnswering(socket)) {
      socket.destroy()
      return
    }
    const request = onSocket(socket, refuse(troubleOf(error), { parser: error.code ?? 'unknown' }))
    if (isOfParser(error)) refuseOnSocket(request, socket, parts)
    else {
      // A handshake that never ended: there is nobody to answer to, and `end` would wait for it for ever.
      socket.destroy()
      void parts.handle(request)
    }
  })
  limitConnections(server, settings, (address) => {
    const client = findClientAddress(address, undefined, [])
    const refusal = refuse('connection-dropped')
    void parts.handle({ id: nextId(), method: '', client, userAgent: '', at: parts.now(), refusal })
  })
  return server
}

async function answer(
  request: Received | Misreceived,
  response: ServerResponse,
  parts: ReceiveParts,
): Promise<void> {
  try {
    const outcome = await parts.handle(request)
    if (response.destroyed) {
      if (outcome.kind === 'answer') abandon(outcome)
      return
    }
    reply(request, outcome, response, parts.page)
  } catch {
    // Last resort: `handle` turns every fault into a refusal, so this is a fault of writing the answer itself.
    response.destroy()
  }
}

interface Reading {
  readonly settings: ReceiveSettings
  readonly id: string
  readonly at: number
  readonly waits: boolean
}

function readRequest(
  message: IncomingMessage,
  response: ServerResponse,
  reading: Reading,
): Received | Misreceived {
  const { settings, id, at } = reading
  const no = (code: RefusalCode, because: Refusal['because'] = {}) =>
    misreceived(message, id, at, refuse(code, because))
  const method = message.method ?? ''
  if (!methods.has(method)) return no('method-unknown', { method: method.slice(0, 20) })
  const read = readHeaders(message)
  if ('doubtful' in read) return no('header-ambiguous', { field: read.doubtful })
  const { headers } = read
  if (headers['upgrade'] !== undefined) return no('upgrade-refused')
  const target = parseTarget(message.url ?? '')
  if ('trouble' in target) return no('path-ambiguous', { trouble: target.trouble })
  const peer = parseAddress(message.socket.remoteAddress ?? '')
  const behindProxy = peer !== undefined && isInside(peer, settings.trustedProxies)
  if (settings.proxiesOnly === true && !behindProxy && !isLoopback(peer ?? '')) return no('peer-unexpected')
  const host = parseHost(
    (behindProxy ? headers['x-forwarded-host'] : undefined) ?? headers['host'],
    settings.hosts,
  )
  if (host === undefined) return no('host-unknown', { host: (headers['host'] ?? '').slice(0, 80) })
  const encrypted = settings.tls !== undefined || (behindProxy && headers['x-forwarded-proto'] === 'https')
  const body = readBody(message, response, reading.waits)
  return {
    id,
    method: method as Method,
    path: target.path,
    query: target.query,
    headers,
    client: findClientAddress(peer, headers['x-forwarded-for'], settings.trustedProxies),
    site: { scheme: encrypted ? 'https' : 'http', host },
    ...(body === undefined ? {} : { body }),
    at,
    onGone: (call) =>
      void response.once('close', () => {
        if (!response.writableFinished) call()
      }),
  }
}

function readBody(message: IncomingMessage, response: ServerResponse, waits: boolean): Received['body'] {
  const declared = message.headers['content-length']
  const chunked = message.headers['transfer-encoding'] !== undefined
  if (!chunked && (declared === undefined || declared === '0')) return undefined
  const accept = () => {
    if (waits) response.writeContinue()
  }
  return declared === undefined
    ? { stream: message, accept }
    : { stream: message, length: Number(declared), accept }
}

function misreceived(message: IncomingMessage, id: string, at: number, refusal: Refusal): Misreceived {
  const client = findClientAddress(message.socket.remoteAddress, undefined, [])
  return {
    id,
    method: (message.method ?? '').slice(0, 20),
    client,
    userAgent: message.headers['user-agent'] ?? '',
    at,
    refusal,
  }
}

function refuseOnSocket(request: Misreceived, socket: Socket, parts: ReceiveParts): void {
  const send = (code: RefusalCode) => {
    const row = refusals[code]
    const body = JSON.stringify({ detail: row.says.en })
    socket.end(
      `HTTP/1.1 ${row.status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      () => socket.destroy(),
    )
  }
  socket.on('error', () => socket.destroy())
  const timer = setTimeout(() => socket.destroy(), farewellMs)
  socket.once('close', () => clearTimeout(timer))
  parts.handle(request).then(
    (outcome) => send(outcome.kind === 'refusal' ? outcome.code : 'internal-fault'),
    () => socket.destroy(),
  )
}

/** Node's HTTP parser speaks in HPE codes; everything else here comes from below it. */
function isOfParser({ code = '' }: NodeJS.ErrnoException): boolean {
  return code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT'
}

function troubleOf(error: NodeJS.ErrnoException): RefusalCode {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return 'header-large'
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'request-slow'
    default:
      return 'message-malformed'
  }
}

/** Ids that are unique for as long as anybody reads the log, at the cost of an addition. */
function makeCounter(): () => string {
  const start = randomBytes(6).toString('hex')
  let count = 0
  return () => `${start}-${(count++).toString(36)}`
}

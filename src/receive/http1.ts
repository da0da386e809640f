/** HTTP/1.1: what Node's server reports → exchanges; upgrades, CONNECT and garbage are refused. */
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { refuse, refusals, type Refusal, type RefusalCode } from '../refusals.ts'
import type { IncomingBody, Outcome } from '../request.ts'
import type { Connections } from './connections.ts'
import type { Door, Exchange } from './exchange.ts'
import { readHeaders } from './headers.ts'
import { Http1Outlet } from './http1-outlet.ts'
import { Leftover } from './leftover.ts'
import {
  checkingInterval,
  farewellMs,
  headerBytes,
  headerDeadline,
  headerFields,
  idleDeadline,
} from './limits.ts'
import { PipelineGuard } from './pipeline-guard.ts'
import { cutWhenStalled, stalledMs } from './stalled.ts'

export const http1Options: ServerOptions = {
  maxHeaderSize: headerBytes,
  headersTimeout: headerDeadline,
  // Bodies have a pace of their own (read/meter.ts): a large upload may take its time, a dripping one may not.
  requestTimeout: 0,
  connectionsCheckingInterval: checkingInterval,
  keepAliveTimeout: idleDeadline,
  insecureHTTPParser: false,
  requireHostHeader: false,
  noDelay: true,
}

export function serveHttp1(server: Server, connections: Pick<Connections, 'seatOf'>, door: Door): void {
  server.maxHeadersCount = headerFields
  server.timeout = stalledMs
  const waiting = new PipelineGuard()
  const onRequest = (message: IncomingMessage, response: ServerResponse, waits: boolean) => {
    if (!waiting.admit(message.socket, response)) return
    const leftover = new Leftover(message, response)
    cutWhenStalled(message, response)
    const seat = connections.seatOf(message.socket)
    seat?.begin()
    response.once('close', () => seat?.end())
    const vouch = (owner: string) => seat?.vouch(owner)
    void door.take(makeExchange(message, response, { waits, vouch, leftover: waits ? undefined : leftover }))
  }
  server.on('request', (message, response) => onRequest(message, response, false))
  server.on('checkContinue', (message, response) => onRequest(message, response, true))
  // Node would answer these itself, past the log.
  server.on('checkExpectation', (message, response) => {
    new Leftover(message, response)
    const how = { waits: false, vouch: () => undefined, leftover: undefined }
    const exchange = makeExchange(message, response, how)
    void door.take(exchange, refuse('header-ambiguous', { field: 'expect' }))
  })
  server.on('upgrade', (message: IncomingMessage, socket: Socket) => {
    refuseOnSocket(socket, door.misread(refuse('upgrade-refused'), originOf(message)))
  })
  server.on('connect', (message: IncomingMessage, socket: Socket) => {
    const refusal = refuse('method-unknown', { method: 'CONNECT' })
    refuseOnSocket(socket, door.misread(refusal, originOf(message)))
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // Garbage behind a request whose answer is under way: a second answer would stand in the middle of the first.
    if (error.code === 'ECONNRESET' || !socket.writable || waiting.isAnswering(socket)) {
      socket.destroy()
      return
    }
    const refusal: Refusal = refuse(troubleOf(error), { parser: error.code ?? 'unknown' })
    const recorded = door.misread(refusal, { peer: socket.remoteAddress })
    if (isOfParser(error)) refuseOnSocket(socket, recorded)
    // A handshake that never ended: there is nobody to answer to, and `end` would wait for it for ever.
    else socket.destroy()
  })
}

function originOf(message: IncomingMessage) {
  return {
    peer: message.socket.remoteAddress,
    method: message.method ?? '',
    userAgent: message.headers['user-agent'] ?? '',
  }
}

function makeExchange(
  message: IncomingMessage,
  response: ServerResponse,
  how: {
    readonly waits: boolean
    readonly vouch: Exchange['vouch']
    readonly leftover: Leftover | undefined
  },
): Exchange {
  const { peer, method, userAgent } = originOf(message)
  return {
    method,
    target: message.url ?? '',
    userAgent,
    peer,
    readHeaders: () => readHeaders(message),
    openBody: () => openBody(message, response, how.waits),
    vouch: how.vouch,
    outlet: new Http1Outlet(response, how.leftover),
  }
}

function openBody(
  message: IncomingMessage,
  response: ServerResponse,
  waits: boolean,
): IncomingBody | undefined {
  const declared = message.headers['content-length']
  const chunked = message.headers['transfer-encoding'] !== undefined
  if (!chunked && (declared === undefined || declared === '0')) return undefined
  const accept = () => {
    if (waits) response.writeContinue()
  }
  if (declared === undefined) return { stream: message, accept }
  const length = Number(declared)
  // `complete` would be true a turn later only: Node runs what waits after each piece of a body (src/node_http_parser.cc 24).
  return { stream: message, length, isComplete: () => message.readableLength === length, accept }
}

function refuseOnSocket(socket: Socket, recorded: Promise<Outcome>): void {
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
  recorded.then(
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

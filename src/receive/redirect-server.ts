/** Port 80: leads browsers to HTTPS, answers a CA that verifies us, refuses everything else. No cookie passes here. */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { refuse, type Refusal } from '../refusals.ts'
import type { Answer, Misreceived, Outcome } from '../request.ts'
import { parseTarget } from './canonical-path.ts'
import { findClientAddress } from './client-address.ts'
import { Connections } from './connections.ts'
import { readHeaders } from './headers.ts'
import { Http1Outlet } from './http1-outlet.ts'
import { reply, type MessagePage } from './reply.ts'
import { parseHost } from './site.ts'

export interface RedirectSettings {
  /** Host names that are served; plain addresses and loopback names stand for themselves. */
  readonly hosts: readonly string[]
  /** Whether the certificate is good for it: to no other host anybody is sent. */
  readonly covers: (name: string) => boolean
  /** Where HTTPS listens, and where this does. */
  readonly ports: { readonly https: number; readonly http: () => number }
}

export interface RedirectParts {
  /** Records the refusal. */
  readonly handle: (request: Misreceived) => Promise<Outcome>
  readonly count: (what: string) => void
  /** The key authorization for a token of http-01. */
  readonly challengeAnswer: (token: string) => string | undefined
  readonly page: MessagePage
  readonly now: () => number
}

/** A request here is one line and a few fields, and its sender gets one answer. */
const deadline = 5_000
const checkingInterval = 1_000
const headerBytes = 8 * 1024
const headerFields = 50
const limits = { connections: 256, connectionsPerAddress: 128, trustedProxies: [] }
const challengePath = '/.well-known/acme-challenge/'

export function makeRedirectServer(settings: RedirectSettings, parts: RedirectParts): Server {
  const server = createServer({
    maxHeaderSize: headerBytes,
    headersTimeout: deadline,
    requestTimeout: deadline,
    connectionsCheckingInterval: checkingInterval,
    keepAlive: false,
    insecureHTTPParser: false,
    requireHostHeader: false,
  })
  server.maxHeadersCount = headerFields
  server.maxRequestsPerSocket = 1
  server.timeout = 2 * deadline
  const onRequest = (message: IncomingMessage, response: ServerResponse) => {
    const outcome = decide(message, settings, parts)
    void answer(misreceived(message.socket, message, { at: parts.now(), outcome }), outcome, response, parts)
  }
  server.on('request', onRequest)
  // Node would answer these itself, past the log.
  server.on('checkContinue', onRequest)
  server.on('checkExpectation', onRequest)
  const onSocket = (socket: Socket, refusal: Refusal) => {
    socket.destroy()
    void parts.handle(misreceived(socket, undefined, { at: parts.now(), outcome: refusal }))
  }
  server.on('connect', (_message: IncomingMessage, socket: Socket) =>
    onSocket(socket, refuse('method-unknown', { method: 'CONNECT' })),
  )
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const code = error.code ?? 'unknown'
    if (code === 'ECONNRESET' || !socket.writable) socket.destroy()
    else onSocket(socket, refuse('message-malformed', { parser: code }))
  })
  new Connections(limits, (address, reason) => {
    const refusal = refuse('connection-dropped', { reason })
    void parts.handle({ ...nobody(address), at: parts.now(), refusal })
  }).watch(server)
  return server
}

/** One way out for each: an answer for the CA, a redirect for a page, a refusal that is always the same. */
function decide(message: IncomingMessage, settings: RedirectSettings, parts: RedirectParts): Outcome {
  const no = (why: string) => refuse('https-required', { why })
  const { method } = message
  if (method !== 'GET' && method !== 'HEAD') return no('method')
  const read = readHeaders(message)
  if (!('headers' in read)) return no('header')
  const target = parseTarget(message.url ?? '')
  if ('trouble' in target) return no('target')
  if (target.path.startsWith(challengePath)) {
    const text = parts.challengeAnswer(target.path.slice(challengePath.length))
    return text === undefined ? no('challenge') : plain(text)
  }
  // OWASP ASVS 5.0 4.1.2: only what people open in a browser is led on; a program would go on sending in clear.
  if (!/(?:^|[,\s])text\/html(?:[;,\s]|$)/i.test(read.headers['accept'] ?? '')) return no('accept')
  const host = parseHost(read.headers['host'], settings.hosts)
  const name = host
    ?.replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
  // Never to a host that isn't ours: that would be an open redirect.
  if (host === undefined || name === undefined || !settings.covers(name)) return no('host')
  const query = target.query === '' ? '' : `?${target.query}`
  return redirect(`https://${withPort(host, settings.ports)}${target.path}${query}`)
}

/** Somebody who came to port 80 although this is another one came through a mapping, which HTTPS has too. */
function withPort(host: string, ports: RedirectSettings['ports']): string {
  const bare = host.replace(/:\d+$/, '')
  const mapped = bare === host && ports.http() !== 80
  return mapped || ports.https === 443 ? bare : `${bare}:${ports.https}`
}

function plain(text: string): Answer {
  const bytes = Buffer.from(text)
  // RFC 8555 section 8.3.
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(bytes.byteLength) }
  return { kind: 'answer', status: 200, headers, body: { kind: 'bytes', bytes } }
}

function redirect(location: string): Answer {
  // RFC 9110 section 15.4.9: for good, and the method stays.
  const headers = { location, 'cache-control': 'no-store' }
  return { kind: 'answer', status: 308, headers, body: { kind: 'empty' } }
}

async function answer(
  request: Misreceived,
  outcome: Outcome,
  response: ServerResponse,
  parts: RedirectParts,
): Promise<void> {
  try {
    if (outcome.kind === 'answer') parts.count(outcome.status === 308 ? 'redirectToHttps' : 'answerChallenge')
    const given = outcome.kind === 'answer' ? outcome : await parts.handle(request)
    if (response.destroyed) return
    response.setHeader('connection', 'close')
    reply(request, given, new Http1Outlet(response), parts.page)
  } catch {
    response.destroy()
  }
}

const start = randomBytes(6).toString('hex')
let seen = 0

function nobody(address: string | undefined) {
  const id = `${start}-h${(seen++).toString(36)}`
  return { id, method: '', client: findClientAddress(address, undefined, []), userAgent: '' }
}

function misreceived(
  socket: Socket,
  message: IncomingMessage | undefined,
  { at, outcome }: { readonly at: number; readonly outcome: Outcome },
): Misreceived {
  return {
    ...nobody(socket.remoteAddress),
    method: (message?.method ?? '').slice(0, 20),
    userAgent: message?.headers['user-agent'] ?? '',
    at,
    // Only refusals are recorded one by one.
    refusal: outcome.kind === 'refusal' ? outcome : refuse('https-required'),
  }
}

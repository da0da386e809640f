/** bytes → Received: the server. One request object each, or a refusal. */
import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { Method } from '../catalog/entry.ts'
import type { Network } from '../kit/networks.ts'
import { isInside, isLoopback, parseAddress } from '../kit/networks.ts'
import { makeSteadyClock } from '../kit/steady-clock.ts'
import { Turns, type TurnPace } from '../limits/turns.ts'
import { refuse, type Refusal, type RefusalCode } from '../refusals.ts'
import { abandon, type Misreceived, type Outcome, type Received } from '../request.ts'
import { parseTarget } from './canonical-path.ts'
import { findClientAddress } from './client-address.ts'
import { Connections, type DropReason } from './connections.ts'
import type { Door, Exchange, Outlet } from './exchange.ts'
import { handshakePatienceMs, Handshakes } from './handshakes.ts'
import { http1Options, serveHttp1 } from './http1.ts'
import { Http2Connections } from './http2-connections.ts'
import { keyOfPeer } from './places.ts'
import { reply, type MessagePage } from './reply.ts'
import { parseHost } from './site.ts'
import { tlsOptions, type TlsPair } from './tls-options.ts'
import { TlsServer } from './tls-server.ts'

export interface ReceiveSettings {
  readonly hosts: readonly string[]
  readonly trustedProxies: readonly Network[]
  readonly connections: number
  readonly connectionsPerAddress: number
  /** New TLS connections of one address. */
  readonly handshakesPerAddress: TurnPace
  /** Only the trusted proxies, and this machine, may connect. */
  readonly proxiesOnly?: boolean
  /** `setSecureContext` of the server puts in another one while it runs. */
  readonly tls?: TlsPair
}

export interface ReceiveParts {
  readonly handle: (request: Received | Misreceived) => Promise<Outcome>
  readonly page: MessagePage
  /** Seconds of Strict-Transport-Security, as things stand at the moment. */
  readonly hsts?: () => number | undefined
  readonly now: () => number
}

const methods = new Set<string>(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])

/** In clear HTTP/1.1 only; over TLS browsers choose HTTP/2. */
export function makeServer(settings: ReceiveSettings, parts: ReceiveParts): Server | TlsServer {
  const nextId = makeCounter()
  const door: Door = {
    take: (exchange, refusal) => {
      const arrival = { id: nextId(), at: parts.now() }
      const request =
        refusal === undefined
          ? readRequest(exchange, settings, arrival)
          : misreceived(exchange, refusal, arrival)
      return answer(request, exchange.outlet, parts)
    },
    misread: (refusal, from) => parts.handle(misreceived(from, refusal, { id: nextId(), at: parts.now() })),
  }
  const onDropped = (peer: string | undefined, reason: DropReason) => {
    void door.misread(refuse('connection-dropped', { reason }), { peer })
  }
  const connections = new Connections(settings, onDropped)
  // By a clock that was set back, whoever came just before would have come too often.
  const steady = makeSteadyClock(parts)
  const server =
    settings.tls === undefined
      ? createServer(http1Options)
      : new TlsServer(
          { ...http1Options, ...tlsOptions(settings.tls) },
          new Http2Connections(settings, connections, door),
          new Handshakes({
            turns: new Turns(settings.handshakesPerAddress, handshakePatienceMs),
            keyOf: (peer) => keyOfPeer(peer, settings.trustedProxies),
            now: () => steady.now(),
            onDropped: (peer) => onDropped(peer, 'handshakes'),
          }),
        )
  serveHttp1(server, connections, door)
  connections.watch(server)
  return server
}

async function answer(request: Received | Misreceived, outlet: Outlet, parts: ReceiveParts): Promise<void> {
  try {
    const outcome = await parts.handle(request)
    if (!outlet.isOpen) {
      if (outcome.kind === 'answer') abandon(outcome)
      return
    }
    reply(request, outcome, outlet, parts.page, parts.hsts?.())
  } catch {
    // Last resort: `handle` turns every fault into a refusal, so this is a fault of writing the answer itself.
    outlet.cut()
  }
}

/** Which request it is, and when it came. */
type Arrival = Pick<Received, 'id' | 'at'>

function readRequest(
  exchange: Exchange,
  settings: ReceiveSettings,
  { id, at }: Arrival,
): Received | Misreceived {
  const no = (code: RefusalCode, because: Refusal['because'] = {}) =>
    misreceived(exchange, refuse(code, because), { id, at })
  const { method } = exchange
  if (!methods.has(method)) return no('method-unknown', { method: method.slice(0, 20) })
  const read = exchange.readHeaders()
  if ('doubtful' in read) return no('header-ambiguous', { field: read.doubtful })
  if ('large' in read) return no('header-large', { large: read.large })
  const { headers } = read
  if (headers['upgrade'] !== undefined) return no('upgrade-refused')
  const target = parseTarget(exchange.target)
  if ('trouble' in target) return no('path-ambiguous', { trouble: target.trouble })
  const peer = parseAddress(exchange.peer ?? '')
  const behindProxy = peer !== undefined && isInside(peer, settings.trustedProxies)
  if (settings.proxiesOnly === true && !behindProxy && !isLoopback(peer ?? '')) return no('peer-unexpected')
  const host = parseHost(
    (behindProxy ? headers['x-forwarded-host'] : undefined) ?? headers['host'],
    settings.hosts,
  )
  if (host === undefined) return no('host-unknown', { host: (headers['host'] ?? '').slice(0, 80) })
  const encrypted = settings.tls !== undefined || (behindProxy && headers['x-forwarded-proto'] === 'https')
  const body = exchange.openBody(headers)
  return {
    id,
    method: method as Method,
    path: target.path,
    query: target.query,
    requestTarget: exchange.target,
    headers,
    client: findClientAddress(peer, headers['x-forwarded-for'], settings.trustedProxies),
    site: { scheme: encrypted ? 'https' : 'http', host },
    ...(body === undefined ? {} : { body }),
    at,
    onGone: (call) => exchange.outlet.onGone(call),
    vouch: exchange.vouch,
  }
}

function misreceived(
  from: { readonly peer: string | undefined; readonly method?: string; readonly userAgent?: string },
  refusal: Refusal,
  { id, at }: Arrival,
): Misreceived {
  return {
    id,
    method: (from.method ?? '').slice(0, 20),
    client: findClientAddress(from.peer, undefined, []),
    userAgent: from.userAgent ?? '',
    at,
    refusal,
  }
}

/** Ids that are unique for as long as anybody reads the log, at the cost of an addition. */
function makeCounter(): () => string {
  const start = randomBytes(6).toString('hex')
  let count = 0
  return () => `${start}-${(count++).toString(36)}`
}

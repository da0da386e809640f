/** Where browsers come in: the gate's port, and beside HTTPS the port that leads there. */
import type { Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import type { BuiltGate, Surroundings } from './build.ts'
import { openAlpnDoor } from './certificates/alpn-door.ts'
import type { CertificateSource } from './certificates/certificate-source.ts'
import { checkListen, type Exposure } from './config/check-listen.ts'
import type { Config } from './config/config.ts'
import { httpsDefaults } from './config/defaults.ts'
import { handle } from './gate.ts'
import { readActivatedSockets, type ActivatedSockets } from './kit/activated-sockets.ts'
import { GateFault } from './kit/fault.ts'
import { parseNetwork, type Network } from './kit/networks.ts'
import { readOpenFilesLimit } from './kit/open-files.ts'
import { bind, type Place } from './receive/bind.ts'
import { fitOpenFiles } from './receive/fit-open-files.ts'
import { makeServer } from './receive/receive.ts'
import { makeRedirectServer } from './receive/redirect-server.ts'
import { tlsOptions } from './receive/tls-options.ts'
import { makeMessagePage } from './serve/message-page.ts'

export interface Doors {
  /** URLs. */
  readonly addresses: readonly string[]
  /** SHA-256 of the certificate, when nobody but this machine vouches for it. */
  readonly fingerprint?: string
  /** Lets open exchanges end by themselves for a while. */
  close(): Promise<void>
}

/** Open exchanges get this long to end by themselves when the gate stops. */
const farewell = 3_000

interface Opening {
  readonly config: Config
  readonly built: BuiltGate
  readonly exposure: Exposure
  readonly around: Surroundings
}

/** Throws GateFault `address-unusable`, and what obtaining a certificate throws; nothing is open then. */
export async function openDoors(opening: Opening): Promise<Doors> {
  const { config, built } = opening
  const sockets = readActivatedSockets(opening.around.env, process.pid)
  const server = makeGateServer(opening)
  const open: HttpServer[] = []
  try {
    const place = sockets.gate === undefined ? config.listen : { fd: sockets.gate }
    const at = await bind(server, place)
    open.push(server)
    // A socket that was passed may be another one than the configuration speaks of.
    if ('fd' in place) checkListen({ ...config, listen: { host: at.address, port: at.port } })
    const redirects = await openRedirects(opening, at, sockets)
    if (redirects !== undefined) open.push(redirects)
    if (built.certificates !== undefined) {
      const { certificates } = built
      const { stopping } = opening.around
      stopping?.addEventListener('abort', () => void certificates.close())
      // Asked to end while the app was looked at: no CA is asked any more.
      if (stopping?.aborted === true) await certificates.close()
      await showCertificates(server, certificates, { http: redirects !== undefined })
    }
    return {
      addresses: addressesOf(opening, at),
      ...fingerprintOf(built.certificates),
      close: () => closeAll(open),
    }
  } catch (fault) {
    await closeAll(open)
    throw fault
  }
}

function makeGateServer({ config, built, exposure, around }: Opening): HttpServer {
  const { certificates } = built
  const { says, connections, connectionsPerAddress } = fitOpenFiles(config.limits, readOpenFilesLimit())
  if (says !== undefined) around.say?.(says)
  return makeServer(
    {
      hosts: hostsOf(config, certificates),
      trustedProxies: config.trustedProxies
        .map(parseNetwork)
        .filter((one): one is Network => one !== undefined),
      ...{ connections, connectionsPerAddress },
      handshakesPerAddress: config.limits.handshakesPerAddress,
      // Behind a proxy that ends TLS, whoever comes past it comes in clear.
      proxiesOnly: exposure.kind === 'proxied',
      ...(certificates && { tls: certificates.current()?.pair ?? {} }),
    },
    {
      handle: (request) => handle(request, built.gate),
      page: makeMessagePage(built.gate.web),
      ...(certificates && { hsts: () => hstsOf(config, certificates) }),
      now: () => around.clock.now(),
    },
  )
}

/** The machine's own name is in a self-signed certificate, and then served. */
function hostsOf(config: Config, certificates: CertificateSource | undefined): readonly string[] {
  return [...new Set([...config.hosts, ...(certificates?.names ?? [])])]
}

/** RFC 6797 section 11.3: behind a certificate that nobody vouches for it would make the browser's warning final. */
function hstsOf(config: Config, certificates: CertificateSource): number | undefined {
  const wanted = config.https?.hsts ?? config.tls?.hsts ?? httpsDefaults.hsts
  return wanted === 'off' || certificates.current()?.facts.selfSigned !== false ? undefined : wanted
}

async function showCertificates(
  server: HttpServer,
  certificates: CertificateSource,
  reach: { readonly http: boolean },
): Promise<void> {
  if (!(server instanceof TlsServer)) throw new TypeError('A server with certificates speaks TLS.')
  // Connections that are open go on with the certificate that they began with.
  certificates.onChange(({ pair }) => server.setSecureContext(tlsOptions(pair)))
  if (certificates.challenges === undefined) return
  const door = openAlpnDoor(server, certificates.challenges)
  server.once('close', () => door.close())
  await certificates.open(reach)
  const now = certificates.current()
  if (now !== undefined) server.setSecureContext(tlsOptions(now.pair))
}

/** Undefined when it is off, or when its port can't be had: HTTPS works without. */
async function openRedirects(
  opening: Opening,
  https: AddressInfo,
  sockets: ActivatedSockets,
): Promise<HttpServer | undefined> {
  const { config, built, around } = opening
  const { certificates } = built
  if (certificates === undefined) return undefined
  const configured = config.https?.httpListen ?? config.tls?.httpListen ?? 'off'
  const place: Place | 'off' = sockets.http === undefined ? configured : { fd: sockets.http }
  if (place === 'off') return undefined
  let port = 80
  const hosts = hostsOf(config, certificates)
  const server = makeRedirectServer(
    {
      hosts,
      // While the first certificate is on its way, a host of ours will do.
      covers: (name) => certificates.current()?.facts.covers(name) ?? hosts.includes(name),
      ports: { https: https.port, http: () => port },
    },
    {
      handle: (request) => handle(request, built.gate),
      count: (what) => built.gate.audit.count(what),
      challengeAnswer: (token) => certificates.challenges?.httpAnswer(token),
      page: makeMessagePage(built.gate.web),
      now: () => around.clock.now(),
    },
  )
  try {
    port = (await bind(server, place)).port
    return server
  } catch (fault) {
    if (!(fault instanceof GateFault)) throw fault
    around.say?.(
      `Plain HTTP is not answered, so browsers have to be given the https address. ${fault.message.replaceAll('--listen', '--http-listen')}`,
    )
    return undefined
  }
}

function addressesOf({ config, built }: Opening, { port }: AddressInfo): readonly string[] {
  const { certificates, gate } = built
  const { host } = config.listen
  const own = certificates !== undefined && certificates.names.length > 0 ? certificates.names : config.hosts
  const names = own.length > 0 && (host !== '127.0.0.1' || config.https !== undefined) ? own : [host]
  const at = certificates === undefined ? `:${port}` : port === 443 ? '' : `:${port}`
  const scheme = certificates === undefined ? 'http' : 'https'
  return names.map((name) => `${scheme}://${name.includes(':') ? `[${name}]` : name}${at}${gate.app.base}/`)
}

function fingerprintOf(certificates: CertificateSource | undefined): { readonly fingerprint?: string } {
  const facts = certificates?.current()?.facts
  return facts?.selfSigned === true ? { fingerprint: facts.fingerprint } : {}
}

async function closeAll(servers: readonly HttpServer[]): Promise<void> {
  const closed = servers.map(
    (server) =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  )
  const timer = setTimeout(() => {
    for (const server of servers) server.closeAllConnections()
  }, farewell)
  await Promise.all(closed)
  clearTimeout(timer)
}

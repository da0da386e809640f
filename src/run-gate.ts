/** The server as one thing to start and stop. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { auditDir, buildGate, openState, type BuiltGate, type Surroundings } from './build.ts'
import { checkListen, type Exposure } from './config/check-listen.ts'
import type { Config } from './config/config.ts'
import { handle } from './gate.ts'
import { GateFault } from './kit/fault.ts'
import { version } from './kit/version.ts'
import { parseNetwork, type Network } from './kit/networks.ts'
import { makeServer } from './receive/receive.ts'
import { makeMessagePage } from './serve/message-page.ts'

export interface RunningGate {
  /** Where it listens, as URLs. */
  readonly addresses: readonly string[]
  readonly auditDir: string
  /** Ends open work and the audit segment in order. */
  stop(): Promise<void>
}

/** Open exchanges get this long to end by themselves when the gate stops. */
const farewell = 3_000

/** Throws before anything listens when the configuration or the app would undo the gate. */
export async function runGate(config: Config, around: Surroundings): Promise<RunningGate> {
  const exposure = checkListen(config)
  const state = await openState(config, around)
  try {
    const built = await buildGate(config, state, around)
    try {
      const server = await listen(config, { built, exposure, around })
      await built.gate.audit.write({
        kind: 'gate.started',
        version: version(),
        upstream: config.upstream.origin,
        accepted: config.acceptRisks,
      })
      return {
        addresses: addressesOf(config, server, built.gate.app.base),
        auditDir: auditDir(config),
        stop: () => stop(server, built, state),
      }
    } catch (fault) {
      await built.close()
      throw fault
    }
  } catch (fault) {
    await state.close()
    throw fault
  }
}

interface Listening {
  readonly built: BuiltGate
  readonly exposure: Exposure
  readonly around: Surroundings
}

async function listen(config: Config, { built, exposure, around }: Listening): Promise<Server> {
  const server = makeServer(
    {
      hosts: config.hosts,
      trustedProxies: config.trustedProxies
        .map(parseNetwork)
        .filter((one): one is Network => one !== undefined),
      connections: config.limits.connections,
      // Behind a proxy that ends TLS, whoever comes past it comes in clear.
      proxiesOnly: exposure.kind === 'proxied',
      ...(built.tls === undefined ? {} : { tls: built.tls }),
    },
    {
      handle: (request) => handle(request, built.gate),
      page: makeMessagePage(built.gate.web),
      now: () => around.clock.now(),
    },
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(config, cause)))
    server.listen(config.listen.port, config.listen.host, resolve)
  })
  return server
}

function cannotListen({ listen: at }: Config, cause: NodeJS.ErrnoException): GateFault {
  const why =
    cause.code === 'EADDRINUSE'
      ? 'another program listens there. Stop it, or choose another port with --listen.'
      : cause.code === 'EACCES'
        ? 'ports below 1024 need a privilege. Choose another port with --listen, or grant CAP_NET_BIND_SERVICE.'
        : `the system says ${cause.code ?? cause.message}.`
  return new GateFault('address-unusable', `Can't listen on ${at.host}:${at.port}: ${why}`, { cause })
}

function addressesOf(config: Config, server: Server, base: string): string[] {
  const { port } = server.address() as AddressInfo
  const scheme = config.tls === undefined ? 'http' : 'https'
  const { host } = config.listen
  const names =
    config.hosts.length > 0 && host !== '127.0.0.1' ? config.hosts : [host.includes(':') ? `[${host}]` : host]
  return names.map((name) => `${scheme}://${name}:${port}${base}/`)
}

async function stop(server: Server, built: BuiltGate, state: { close(): Promise<void> }): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), farewell)
  await closed
  clearTimeout(timer)
  try {
    await built.gate.audit.write({ kind: 'gate.stopped' })
  } finally {
    await built.close().finally(() => state.close())
  }
}

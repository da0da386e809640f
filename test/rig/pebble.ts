/** Pebble, Let's Encrypt's ACME server for tests: a CA on loopback, and the DNS server that it asks. */
import { randomInt } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request, type RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { generate } from 'selfsigned'
import { freePort, untilItListens } from '../../scripts/loopback.ts'
import { startProcessGroup, type ProcessGroup } from '../../scripts/process-group.ts'
import { setUpPebble } from '../../scripts/setup-pebble.ts'

export interface PebbleOptions {
  /** Seconds that its certificates last, by profile. */
  readonly lifetimes?: { readonly default?: number; readonly shortlived?: number }
  /** Where it looks for http-01 and tls-alpn-01; free ports by default. */
  readonly ports?: { readonly http: number; readonly tls: number }
}

export interface PebbleCa {
  /** URL of its directory. */
  readonly directory: string
  /** PEM file of what vouches for that URL's own TLS. */
  readonly caFile: string
  readonly ports: { readonly http: number; readonly tls: number }
  /** What it signs with, as PEM; another one after each start. */
  root(): Promise<string>
  /** What it signs the gate's certificate with, as PEM. */
  intermediate(): Promise<string>
  /** Ends it and starts it again at the same address; it has forgotten everything. */
  stop(): Promise<void>
  start(): Promise<void>
  /** What it printed: every order, every verification. */
  output(): string
  remove(): Promise<void>
}

/** Names under this one it refuses to sign. */
export const refusedName = 'refused.test'

export async function startPebble(options: PebbleOptions = {}): Promise<PebbleCa> {
  const programs = await setUpPebble()
  const folder = await mkdtemp(path.join(tmpdir(), 'sekisho-pebble-'))
  const listen = { acme: await freePort(), management: await freePort(), dns: await freePort() }
  const ports = options.ports ?? { http: await steadyPort(), tls: await steadyPort() }
  const caFile = path.join(folder, 'own.pem')
  const config = path.join(folder, 'config.json')
  await makeOwnCertificate(caFile, path.join(folder, 'own.key'))
  await writeFile(config, JSON.stringify(settings(folder, listen, ports, options)))

  const dns = startProcessGroup({
    command: programs.challtestsrv,
    args: [
      ...['-dnsserver', `127.0.0.1:${String(listen.dns)}`, '-defaultIPv4', '127.0.0.1', '-defaultIPv6', ''],
      ...['-http01', '', '-https01', '', '-tlsalpn01', '', '-doh', ''],
      ...['-management', `127.0.0.1:${String(await freePort())}`],
    ],
  })
  let ca: ProcessGroup | undefined
  const start = async () => {
    ca = startProcessGroup({
      command: programs.pebble,
      args: ['-config', config, '-dnsserver', `127.0.0.1:${String(listen.dns)}`],
      // Each renewal is verified anew, and without the seconds that it waits to be like a CA far away.
      env: { PEBBLE_VA_NOSLEEP: '1', PEBBLE_AUTHZREUSE: '0' },
    })
    await untilItListens(listen.acme, { what: 'Pebble', process: ca, limit: 20_000 })
  }
  await start()
  return {
    directory: `https://127.0.0.1:${String(listen.acme)}/dir`,
    caFile,
    ports,
    root: () => fetchText({ port: listen.management, path: '/roots/0' }),
    intermediate: () => fetchText({ port: listen.management, path: '/intermediates/0' }),
    stop: async () => ca?.stop(),
    start,
    output: () => ca?.output() ?? '',
    remove: async () => {
      await ca?.stop()
      await dns.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/**
 * Gates take and leave these ports over and over, so they lie below those that the system lends to outgoing connections
 * (Linux: 32768 and up), one of which could come in between.
 */
function steadyPort(): Promise<number> {
  return freePort(randomInt(12_000, 32_000))
}

function settings(
  folder: string,
  listen: { readonly acme: number; readonly management: number },
  ports: PebbleCa['ports'],
  { lifetimes = {} }: PebbleOptions,
) {
  return {
    pebble: {
      listenAddress: `127.0.0.1:${String(listen.acme)}`,
      managementListenAddress: `127.0.0.1:${String(listen.management)}`,
      certificate: path.join(folder, 'own.pem'),
      privateKey: path.join(folder, 'own.key'),
      httpPort: ports.http,
      tlsPort: ports.tls,
      ocspResponderURL: '',
      externalAccountBindingRequired: false,
      domainBlocklist: [refusedName],
      retryAfter: { authz: 1, order: 1 },
      keyAlgorithm: 'ecdsa',
      profiles: {
        ...Object.fromEntries(
          usual.map((name) => [name, profile('for names', lifetimes.default ?? 7_776_000)]),
        ),
        shortlived: profile('for addresses', lifetimes.shortlived ?? 518_400),
      },
    },
  }
}

/** An order that names no profile gets any of them: so many that it is hardly ever the short-lived one. */
const usual = Array.from({ length: 500 }, (_, at) => `usual-${String(at)}`)

function profile(description: string, validityPeriod: number) {
  return { description, validityPeriod }
}

async function makeOwnCertificate(cert: string, key: string): Promise<void> {
  const made = await generate([{ name: 'commonName', value: 'Pebble itself' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  await writeFile(cert, made.cert)
  await writeFile(key, made.private, { mode: 0o600 })
}

/** From Pebble's management port, which nobody has to be protected from. */
function fetchText(where: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', rejectUnauthorized: false, agent: false, ...where })
    asked.on('error', reject)
    asked.on('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (piece: string) => (text += piece))
      answer.on('end', () => resolve(text))
    })
    asked.end()
  })
}

/** What holds when nothing is written, and where state and key live then. */
import { isAbsolute, join } from 'node:path'
import { leastPasswordLength } from '../contract/contract.ts'
import type { Config } from './config.ts'

/** What the process was started with; the loader reads nothing else of its environment. */
export interface Surroundings {
  readonly cwd: string
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
}

const minute = 60_000
const hour = 3_600_000
const day = 86_400_000

/** With `https`, when nothing is written: HTTPS where browsers look for it, on every address of both families. */
export const httpsDefaults = {
  listen: { host: '::', port: 443 },
  httpPort: 80,
  // https://letsencrypt.org/docs/acme-protocol-updates/ names it; it issues for IP addresses too.
  directory: 'https://acme-v02.api.letsencrypt.org/directory',
  // OWASP ASVS 5.0 3.4.1: at least a year.
  hsts: 31_536_000,
} as const

export const defaults = {
  listen: { host: '127.0.0.1', port: 8484 },
  hosts: [],
  insecureHttp: false,
  embed: [],
  trustedProxies: [],
  // OWASP ASVS 5.0 7.3.1 and 7.3.2: both an inactivity timeout and an absolute lifetime, documented.
  // Phones change networks, and some providers change the address at every connection: seen, and ended only where somebody says so.
  session: { idleMs: hour, absoluteMs: day, twoNetworks: 'record' },
  // NIST SP 800-63B-4 section 3.1.1.2: verifiers shall impose neither composition rules nor periodic changes.
  passwords: { least: leastPasswordLength, composition: [] },
  pace: {
    address: { burst: 5, intervalMs: minute / 6 },
    everyone: { burst: 60, intervalMs: minute / 60 },
    knownBrowser: { burst: 10, intervalMs: minute / 6 },
  },
  limits: {
    ...{ callBytes: 10e6, uploadBytes: 1e9 },
    // An office behind one address: some 340 browsers with six connections each over HTTP/1.1, more over HTTP/2.
    ...{ connections: 4096, connectionsPerAddress: 2048 },
    // Fifty a second take 2 to 4 % of the gate's only thread: 0.33 ms each with ECDSA P-256, 0.7 ms with RSA 2048 (Node 24.21).
    handshakesPerAddress: { burst: 200, intervalMs: 20 },
    ...{ endpoints: [], mixedBatch: false },
  },
  // Gradio's own limit (gradio/route_utils.py 6.31.0), and what its page sends at once.
  uploads: { maxFiles: 1000 },
  proof: { calls: 'required', files: 'optional', tokens: 'optional' },
  audit: { maxBytes: 256e6, retentionMs: 180 * day, strangerRecordsPerHour: 600 },
  // Long, since a queued call checks it when its turn has come.
  assertion: { lifetimeMs: hour },
  inputs: [],
  roles: [],
  policyFiles: [],
  answers: { all: { errors: 'reference', secrets: 'withhold', html: 'pass' }, endpoints: {} },
  mcp: { sharedState: false },
  acceptRisks: [],
  sharedFolders: [],
  formTargets: [],
  forwardHeaders: [],
} as const satisfies Omit<Config, 'upstream' | 'stateDir' | 'keyFile'>

/** XDG Base Directory Specification 0.8: state under one root, keys under another, so that one backup holds one of them. */
export function defaultStateDir(upstream: URL, { env, home }: Surroundings): string {
  return join(xdgRoot(env['XDG_STATE_HOME'], join(home, '.local', 'state')), 'sekisho', slugOf(upstream))
}

export function defaultKeyFile(upstream: URL, { env, home }: Surroundings): string {
  return join(xdgRoot(env['XDG_CONFIG_HOME'], join(home, '.config')), 'sekisho', `${slugOf(upstream)}.key`)
}

/** The specification: "All paths set in these environment variables must be absolute", others are ignored. */
function xdgRoot(set: string | undefined, otherwise: string): string {
  return set !== undefined && isAbsolute(set) ? set : otherwise
}

/** The app's own address, which its author knows. */
export function audienceOf({ assertion, upstream }: Pick<Config, 'assertion' | 'upstream'>): string {
  return assertion.audience ?? `${upstream.origin}${upstream.pathname.replace(/\/+$/, '')}`
}

/** Host and port of the app as one file name. */
export function slugOf(upstream: URL): string {
  const port = upstream.port !== '' ? upstream.port : upstream.protocol === 'https:' ? '443' : '80'
  const host = upstream.hostname.replace(/^\[|\]$/g, '').replace(/[^a-z0-9.-]/g, '_')
  return `${host}-${port}`
}

/** The whole path over real sockets: the real gate.ts with a memory store, a clock to move and an app of the test's. */
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import type { Audit } from '../../src/audit/audit.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import { catalogue } from '../../src/catalog/index.ts'
import { compileCatalogue } from '../../src/classify/classify.ts'
import { handle, type Gate } from '../../src/gate.ts'
import { GateFault } from '../../src/kit/fault.ts'
import { parseNetwork, type Network } from '../../src/kit/networks.ts'
import { loadPolicy } from '../../src/policy/load-policy.ts'
import { makeServer } from '../../src/receive/receive.ts'
import type { FinishedCeremony } from '../../src/sessions/finished-ceremony.ts'
import { lookAtCookies } from '../../src/sessions/look.ts'
import { openSessions } from '../../src/sessions/sessions.ts'
import { makeMemoryStore } from '../../src/store/engines/memory/open.ts'
import type { Upstream } from '../upstreams/start-upstream.ts'

/** An audit log in memory that can be told to fail. */
export class MemoryAudit implements Audit {
  readonly events: AuditEvent[] = []
  readonly counts = new Map<string, number>()
  writable = true

  async write(event: AuditEvent): Promise<void> {
    // As on the reserve of a full disk.
    if (event.kind === 'session.ended') this.events.push(event)
    else this.note(event)
  }

  note(event: AuditEvent): void {
    if (!this.writable) throw new GateFault('audit-unwritable', 'The test says so.')
    this.events.push(event)
  }

  count(what: string): void {
    if (!this.writable) throw new GateFault('audit-unwritable', 'The test says so.')
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }

  async close(): Promise<void> {
    return Promise.resolve()
  }

  /** Codes of the refusals so far. */
  get codes(): string[] {
    return this.events.flatMap((event) => (event.kind === 'request.refused' ? [event.code] : []))
  }
}

export interface Path {
  readonly url: string
  readonly port: number
  readonly audit: MemoryAudit
  readonly gate: Gate
  readonly clock: { time: number; now(): number }
  /** Sees limits that have passed and what others ended, as twice a second in the server. */
  review(): Promise<void>
  /** A new session; answers its Cookie header. */
  signIn(): Promise<{ readonly cookie: string; readonly id: string }>
  close(): Promise<void>
}

export interface PathOptions {
  readonly upstream: Upstream | { readonly url: URL }
  readonly change?: (gate: Gate) => Partial<Gate>
  readonly trustedProxies?: readonly string[]
  readonly hosts?: readonly string[]
  readonly base?: string
}

const sessionCookie = '__Host-sekisho-test'
export const lifetime = { idleMs: 3_600_000, absoluteMs: 86_400_000 }

export async function startPath(options: PathOptions): Promise<Path> {
  const clock = { time: 1_800_000_000_000, now: () => clock.time }
  const audit = new MemoryAudit()
  const store = makeMemoryStore()
  const sessions = openSessions({ store, audit, clock, lifetime })
  const client = new Pool(options.upstream.url.origin, { connections: null, keepAliveTimeout: 4000 })
  const page = Buffer.from('<p>page</p>')
  const file = { type: 'text/html; charset=utf-8', etag: '"x"', encoded: { identity: page } }
  const made: Gate = {
    catalogue: compileCatalogue(catalogue),
    app: {
      base: options.base ?? '',
      pages: new Set(['/second']),
      state: 'verified',
      settled: async () => undefined,
      suspect: () => undefined,
    },
    policy: await loadPolicy(),
    audit,
    clock,
    limits: { callBytes: 1_000_000, uploadBytes: 5_000_000 },
    upstream: client,
    forwardHeaders: ['x-api-token'],
    pageElement: () => '<script src="/.sekisho/assets/bar.js"></script>',
    web: {
      assets: new Map([['bar.js', { ...file, type: 'text/javascript' }]]),
      pages: new Map([['login.en.html', file]]),
      assetFile: (name) => name,
    },
    sessions: {
      look: (cookie) => lookAtCookies(sessions, cookie, sessionCookie, clock.now()),
      mark: (session) => sessions.markActive(session.id, clock.now()),
      watch: (session, onEnd) => sessions.watch(session, onEnd),
      isOpen: (session) => sessions.isOpen(session, clock.now()),
    },
    login: {
      start: async () => Promise.reject(new TypeError('not in this test')),
      finish: async () => Promise.reject(new TypeError('not in this test')),
      end: (session) => sessions.end(session, 'logout'),
      clearCookies: () => [`${sessionCookie}=; Max-Age=0`],
      limitsOf: (session) => ({ idleEndsAt: session.lastActiveAt + lifetime.idleMs, endsAt: session.endsAt }),
    },
  }
  const gate = { ...made, ...options.change?.(made) }
  const server = makeServer(
    {
      hosts: options.hosts ?? [],
      trustedProxies: (options.trustedProxies ?? [])
        .map(parseNetwork)
        .filter((one): one is Network => one !== undefined),
      connections: 1000,
    },
    {
      handle: (request) => handle(request, gate),
      page: (_language, status, text) => Buffer.from(`<h1>${status}</h1><p>${text}</p>`),
      now: () => clock.now(),
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    audit,
    gate,
    clock,
    review: () => sessions.review(),
    signIn: async () => {
      const finished = { principal: 'guest', ceremony: 'test' } as FinishedCeremony
      const { token, session } = await sessions.issue(finished, { address: '127.0.0.1', userAgent: 'test' })
      return { cookie: `${sessionCookie}=${token}`, id: session.id }
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await client.destroy()
      await store.close()
    },
  }
}

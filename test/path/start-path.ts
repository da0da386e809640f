/** The whole path over real sockets: the real gate.ts with a memory store, a clock to move and an app of the test's. */
import type { AddressInfo, Server } from 'node:net'
import { Pool } from 'undici'
import { makeAppSide, type AppSideParts } from '../../src/app-side.ts'
import { RenderedFunctions } from '../../src/app/rendered.ts'
import { Assertions } from '../../src/assertion/assertions.ts'
import type { Audit } from '../../src/audit/audit.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import { catalogue, catalogueOfFour } from '../../src/catalog/index.ts'
import { compileCatalogue } from '../../src/classify/classify.ts'
import type { Pace } from '../../src/config/config.ts'
import { defaults } from '../../src/config/defaults.ts'
import { parseChallenge } from '../../src/contract/proof.ts'
import { makeCredentials, makeSessionLook, makeTokenLook } from '../../src/credentials.ts'
import { handle, type Gate } from '../../src/gate.ts'
import { GateFault } from '../../src/kit/fault.ts'
import { parseNetwork, type Network } from '../../src/kit/networks.ts'
import { makeKeyRing } from '../../src/login/key.ts'
import type { LoginHost } from '../../src/login/login-host.ts'
import { openLogin } from '../../src/login/open-login.ts'
import { makeProofSeal } from '../../src/login/proof-seal.ts'
import { StreamOrder } from '../../src/forward/stream-order.ts'
import type { Ledger } from '../../src/ownership/ledger.ts'
import { ownerOf, type Owner } from '../../src/ownership/owner.ts'
import type { PolicyEngine } from '../../src/policy/engine.ts'
import { loadPolicy } from '../../src/policy/load-policy.ts'
import { makeProofs } from '../../src/proof/proofs.ts'
import { makeServer } from '../../src/receive/receive.ts'
import type { FinishedCeremony } from '../../src/sessions/finished-ceremony.ts'
import { cookieNames } from '../../src/sessions/cookie.ts'
import { openSessions } from '../../src/sessions/sessions.ts'
import { makeMemoryStore } from '../../src/store/engines/memory/open.ts'
import type { ApiTokenId, ApiTokenRow, UserRow } from '../../src/store/rows.ts'
import type { Store } from '../../src/store/store.ts'
import { hashApiToken, makeApiToken, parseApiToken } from '../../src/tokens/token.ts'
import { Tokens } from '../../src/tokens/tokens.ts'
import { rememberSigner, Signer } from '../rig/signer.ts'
import { UserMaker } from '../rig/user-maker.ts'
import { smallModel } from '../upstreams/small-config.ts'
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
  readonly server: Server
  readonly audit: MemoryAudit
  readonly gate: Gate
  /** Thrown in the middle of an answer. */
  readonly faults: readonly unknown[]
  readonly store: Store
  /** Adds users and invitations, as the operator's commands do. */
  readonly users: UserMaker
  readonly clock: { time: number; now(): number }
  /** Sees limits that have passed and what others ended, as twice a second in the server. */
  review(): Promise<void>
  /** Whose things are, as the gate has learnt it. */
  readonly ownership: Ledger
  /** A new session, of the guest or of a user; answers its Cookie header. */
  signIn(user?: UserRow, how?: { readonly keyless?: boolean }): Promise<SignedIn>
  /** A new API token, of nobody's and without end unless told otherwise. */
  issueToken(more?: Partial<ApiTokenRow>): Promise<{ readonly text: string; readonly id: ApiTokenId }>
  close(): Promise<void>
}

export interface SignedIn {
  readonly cookie: string
  readonly id: string
  readonly owner: Owner
  /** Has the session's key, unless it has none. */
  readonly signer: Signer
}

export interface PathOptions {
  readonly upstream: Upstream | { readonly url: URL }
  readonly change?: (gate: Gate) => Partial<Gate>
  readonly trustedProxies?: readonly string[]
  readonly hosts?: readonly string[]
  readonly base?: string
  readonly passwords?: Gate['passwords']
  /** Where passwords are typed on a host of their own. */
  readonly loginHost?: LoginHost
  readonly policy?: PolicyEngine
  /** What the operator wrote of the app's inside. */
  readonly config?: Partial<AppSideParts['config']>
  /** PEM. Browsers then get HTTP/2. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** At once; by default more than a test has. */
  readonly connections?: number
  /** New TLS connections of one address. */
  readonly handshakes?: Pace
}

const sessionCookie = '__Host-sekisho-test'
const pageNames = ['login.guest', 'login.users', 'login.both', 'join', 'account', 'confirm', 'away']
const limits = { ...defaults.limits, callBytes: 1_000_000, uploadBytes: 5_000_000 }
export const lifetime = { idleMs: 3_600_000, absoluteMs: 86_400_000 }

export async function startPath(options: PathOptions): Promise<Path> {
  const clock = { time: 1_800_000_000_000, now: () => clock.time }
  const audit = new MemoryAudit()
  const store = makeMemoryStore()
  const sessions = openSessions({ store, audit, clock, lifetime, twoNetworks: 'record' })
  const tokens = new Tokens({ store, clock })
  const instance = 'test'
  const config = { ...defaults, limits, ...options.config }
  const loginHost = options.loginHost === undefined ? {} : { loginHost: options.loginHost }
  const keys = await makeKeyRing()
  const login = openLogin({
    ...{ keys, instance, store, sessions, audit, clock },
    namesAt: (site) => cookieNames(instance, site),
    paces: defaults.pace,
    callBytes: config.limits.callBytes,
    ...loginHost,
    rulesFor: (username) => ({ least: 15, composition: [], siteWords: [username] }),
  })
  const policy = options.policy ?? (await loadPolicy())
  const app: Gate['app'] & AppSideParts['app'] = {
    base: options.base ?? '',
    api: '/gradio_api' as const,
    pages: new Set(['/second']),
    model: smallModel,
    rendered: new RenderedFunctions(),
    state: 'verified',
    settled: async () => undefined,
    refresh: async () => undefined,
    suspect: () => undefined,
    readFile: async () => 'absent',
    isQueueEmpty: async () => false,
  }
  const appSide = makeAppSide({ config, store, keys, instance, clock, app, policy, audit })
  const faults: unknown[] = []
  const client = new Pool(options.upstream.url.origin, { connections: null, keepAliveTimeout: 4000 })
  const page = Buffer.from('<p>page</p>')
  const file = { type: 'text/html; charset=utf-8', etag: '"x"', encoded: { identity: page } }
  const made: Gate = {
    catalogues: { '/gradio_api': compileCatalogue(catalogue), '': compileCatalogue(catalogueOfFour) },
    app,
    ...appSide,
    onFault: (fault) => faults.push(fault),
    streamOrder: new StreamOrder(),
    assertions: new Assertions({
      key: keys.subKey('assertion'),
      instance,
      audience: 'http://app.test',
      lifetimeMs: 3_600_000,
      rolesOf: (principal) => ('roles' in principal ? principal.roles : []),
    }),
    policy,
    audit,
    clock,
    limits: config.limits,
    uploads: { maxFiles: 1000 },
    upstream: client,
    forwardHeaders: ['x-api-token'],
    formTargets: ['https://pay.example'],
    embed: [],
    pageElement: () => '<script src="/.sekisho/assets/bar.js"></script>',
    web: {
      assets: new Map([['bar.js', { ...file, type: 'text/javascript' }]]),
      pages: new Map(pageNames.map((name) => [`${name}.en.html`, file])),
      assetFile: (name) => name,
    },
    sessions: makeSessionLook({ sessions, clock, nameAt: () => sessionCookie }),
    tokens: makeTokenLook({ tokens, clock }),
    credentials: makeCredentials({ sessions, tokens, clock }),
    login: {
      start: (body, asker) => login.ceremony.start(body, asker),
      finish: (body, asker) => login.ceremony.finish(body, asker),
      enter: (body, asker) => login.ceremony.enter(body, asker),
      end: (session) => sessions.end(session, 'logout'),
      clearCookies: () => [`${sessionCookie}=; Max-Age=0`],
      limitsOf: (session) => ({ idleEndsAt: session.lastActiveAt + lifetime.idleMs, endsAt: session.endsAt }),
      waysIn: login.waysIn,
    },
    registration: login.registration,
    passwordChange: login.passwordChange,
    confirmation: login.confirmation,
    stepUp: login.stepUp,
    ...loginHost,
    passwords: options.passwords ?? {},
    proofs: makeProofs(makeProofSeal(keys, instance), clock),
    proof: defaults.proof,
  }
  const gate = { ...made, ...options.change?.(made) }
  const server = makeServer(
    {
      hosts: options.hosts ?? [],
      trustedProxies: (options.trustedProxies ?? [])
        .map(parseNetwork)
        .filter((one): one is Network => one !== undefined),
      ...{ connections: options.connections ?? 1000, connectionsPerAddress: 1000 },
      handshakesPerAddress: options.handshakes ?? limits.handshakesPerAddress,
      ...(options.tls === undefined ? {} : { tls: options.tls }),
    },
    {
      handle: (request) => handle(request, gate),
      page: (_language, status, text) => Buffer.from(`<h1>${status}</h1><p>${text}</p>`),
      now: () => clock.now(),
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
  return {
    url,
    port,
    server,
    audit,
    gate,
    faults,
    ownership: appSide.ownership,
    store,
    users: new UserMaker({ store, keys, instance, clock }),
    clock,
    review: async () => {
      await sessions.review()
      await tokens.review()
      await appSide.ownership.review()
      for (const review of login.reviews) await review()
    },
    signIn: async (user, { keyless = false } = {}) => {
      const signer = new Signer()
      const key = keyless ? {} : { proofKey: signer.row }
      const account = user === undefined ? { account: 'shared' } : { account: user.id, username: user.name }
      const password = await store.passwords.find(user?.id ?? 'shared')
      const passwordAt = password?.changedAt ?? 0
      const finished = { ...account, passwordAt, ceremony: 'test', ...key } as FinishedCeremony
      const { token, session } = await sessions.issue(finished, { address: '127.0.0.1', userAgent: 'test' })
      const owner = ownerOf({ kind: user === undefined ? 'guest' : 'user', session })
      if (owner === undefined) throw new TypeError('Whoever signed in owns things.')
      const cookie = `${sessionCookie}=${token}`
      const known = { id: session.id, key: signer.row }
      signer.challengeBy(() => parseChallenge(gate.proofs.challenge(known)))
      if (!keyless) rememberSigner(url, cookie, signer)
      return { cookie, id: session.id, owner, signer }
    },
    issueToken: async (more = {}) => {
      const text = makeApiToken().reveal()
      const parsed = parseApiToken(text)
      if (parsed === undefined) throw new TypeError('A token of ours can be parsed.')
      const row = {
        id: text.slice(8, 16) as ApiTokenId,
        hash: hashApiToken(parsed),
        name: 'ci',
        createdAt: clock.time,
      }
      await store.tokens.insert({ ...row, ...more })
      return { text, id: row.id }
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await client.destroy()
      await login.close()
      await store.close()
    },
  }
}

/** Configuration → parts: the only file that knows every part. */
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { fileURLToPath } from 'node:url'
import type { Pool } from 'undici'
import { AppWatch } from './app/watch-app.ts'
import type { Audit } from './audit/audit.ts'
import { openAudit } from './audit/open-audit.ts'
import { catalogue } from './catalog/index.ts'
import { compileCatalogue } from './classify/classify.ts'
import type { Config } from './config/config.ts'
import { openUpstream } from './forward/upstream.ts'
import type { Gate } from './gate.ts'
import { GateFault } from './kit/fault.ts'
import { chooseLanguage } from './kit/language.ts'
import type { Clock } from './kit/clock.ts'
import { Ceremony } from './login/ceremony.ts'
import { loadKeyRing, loadOrMakeKeyRing } from './login/key-file.ts'
import { bindKeyRing, type KeyRing } from './login/key.ts'
import { openOpaque } from './login/opaque.ts'
import { loadPolicy } from './policy/load-policy.ts'
import { readWebFiles, type WebFiles } from './serve/web-files.ts'
import { clearCookie, cookieNames, type Site } from './sessions/cookie.ts'
import { lookAtCookies } from './sessions/look.ts'
import { readInstance } from './sessions/instance.ts'
import { absoluteEnd, idleEnd } from './sessions/lifetime.ts'
import { openSessions, type Sessions } from './sessions/sessions.ts'
import { startUpkeep } from './sessions/upkeep.ts'
import { engines } from './store/engines/index.ts'
import type { Store } from './store/store.ts'

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** Told of faults that no request waits for. */
  readonly onFault: (fault: unknown) => void
}

/** What every command that touches the state needs. */
export interface State {
  readonly store: Store
  readonly keys: KeyRing
  readonly instance: string
  /** Opens this process's segment of the audit log. */
  openAudit(): Promise<Audit>
  close(): Promise<void>
}

/** Opens the database and the set-up key, and sees that they belong together. */
export async function openState(config: Config, around: Surroundings): Promise<State> {
  await mkdir(config.stateDir, { recursive: true, mode: 0o700 })
  const database = join(config.stateDir, 'sekisho.db')
  const place = { env: around.env, file: config.keyFile }
  // A database without its key needs the backup of the key; a new one would void the password.
  const keys = existsSync(database) ? await loadKeyRing(place) : await loadOrMakeKeyRing(place)
  const store = await engines.sqlite({ file: database })
  try {
    await bindKeyRing(keys, store.meta)
    const instance = await readInstance(store.meta)
    return {
      store,
      keys,
      instance,
      openAudit: () => openAudit(auditOptions(config, { store, keys }, around)),
      close: () => store.close(),
    }
  } catch (fault) {
    await store.close()
    throw fault
  }
}

export function auditDir(config: Config): string {
  return join(config.stateDir, 'audit')
}

function auditOptions(config: Config, { store, keys }: Pick<State, 'store' | 'keys'>, around: Surroundings) {
  return {
    dir: auditDir(config),
    key: keys.subKey('audit-chain').reveal(),
    segments: store.segments,
    clock: around.clock,
    limits: config.audit,
    onFault: around.onFault,
  }
}

/** Where the build of web/ lies: beside the compiled server, or in dist/ when run from the sources. */
export function findWebFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  return (
    [join(here, 'web'), join(here, '../dist/web')].find((folder) => existsSync(folder)) ??
    join(here, '../dist/web')
  )
}

export interface BuiltGate {
  readonly gate: Gate
  readonly tls?: { readonly cert: string; readonly key: string }
  close(): Promise<void>
}

/** Makes every part and starts what works beside the requests. Throws before anything listens. */
export async function buildGate(config: Config, state: State, around: Surroundings): Promise<BuiltGate> {
  const web = readWebFiles(findWebFolder())
  const policy = await loadPolicy(config.policyFile)
  const tls = config.tls === undefined ? undefined : await readTls(config.tls)
  const audit = await state.openAudit()
  const client = openUpstream(config.upstream)
  const app = new AppWatch({ client, upstream: config.upstream, accepted: config.acceptRisks, audit })
  const closers: (() => Promise<unknown>)[] = [() => audit.close(), () => client.destroy()]
  try {
    await app.open()
    const { sessions, login, upkeep } = startLogin(config, { state, audit, around })
    closers.unshift(upkeep.stop, () => sessions.close(), login.close)
    const gate = assemble(config, {
      state,
      around,
      web,
      policy,
      audit,
      client,
      app,
      sessions,
      login: login.ceremony,
    })
    const close = async () => {
      app.close()
      for (const one of closers) await one()
    }
    return { gate, close, ...(tls === undefined ? {} : { tls }) }
  } catch (fault) {
    app.close()
    for (const one of closers) await one()
    throw fault
  }
}

interface LoginNeeds {
  readonly state: State
  readonly audit: Audit
  readonly around: Surroundings
}

function startLogin(config: Config, { state, audit, around }: LoginNeeds) {
  const { store, keys, instance } = state
  const opaque = openOpaque(keys.opaqueSetup)
  const sessions = openSessions({ store, audit, clock: around.clock, lifetime: config.session })
  const parts = { keys, instance, store, sessions, audit, opaque, clock: around.clock, paces: config.pace }
  const ceremony = new Ceremony(parts)
  const upkeep = startUpkeep([() => sessions.review(), () => ceremony.review()], around.onFault)
  return { sessions, upkeep, login: { ceremony, close: () => opaque.close() } }
}

interface Assembly {
  readonly state: State
  readonly around: Surroundings
  readonly web: WebFiles
  readonly policy: Gate['policy']
  readonly audit: Audit
  readonly client: Pool
  readonly app: AppWatch
  readonly sessions: Sessions
  readonly login: Ceremony
}

function assemble(config: Config, parts: Assembly): Gate {
  const { sessions, login, web, around } = parts
  // Cookies without `Secure` exist only where the operator accepted plain http.
  const siteOf = (site: Site | undefined) => (config.insecureHttp && site !== undefined ? { site } : {})
  const namesAt = (site: Site) => cookieNames(parts.state.instance, siteOf(site).site)
  const bar = `/.sekisho/assets/${web.assetFile('bar.js')}`
  const { clock } = around
  return {
    catalogue: compileCatalogue(catalogue),
    app: parts.app,
    policy: parts.policy,
    audit: parts.audit,
    clock,
    limits: config.limits,
    upstream: parts.client,
    forwardHeaders: config.forwardHeaders,
    web,
    pageElement: ({ headers }) =>
      `<script src="${bar}" defer data-lang="${chooseLanguage(headers['accept-language'])}"></script>`,
    sessions: {
      look: (cookie, site) => lookAtCookies(sessions, cookie, namesAt(site).session, clock.now()),
      mark: (session) => sessions.markActive(session.id, clock.now()),
      watch: (principal, onEnd) =>
        'session' in principal ? sessions.watch(principal.session, onEnd) : () => undefined,
      isOpen: async (principal) => 'session' in principal && sessions.isOpen(principal.session, clock.now()),
    },
    login: {
      start: (body, { site, ...asker }) => login.start(body, { ...asker, ...siteOf(site) }),
      finish: (body, { site, ...asker }) => login.finish(body, { ...asker, ...siteOf(site) }),
      end: (session) => sessions.end(session, 'logout'),
      clearCookies: (site) => [clearCookie(namesAt(site).session)],
      limitsOf: (session) => ({
        idleEndsAt: idleEnd(session, config.session),
        endsAt: absoluteEnd(session, config.session),
      }),
    },
  }
}

async function readTls(files: { readonly cert: string; readonly key: string }) {
  const read = async (field: 'cert' | 'key') => {
    try {
      return await readFile(files[field], 'utf8')
    } catch (cause) {
      throw new GateFault('config-unreadable', `tls.${field}: the file ${files[field]} can't be read.`, {
        cause,
      })
    }
  }
  const pair = { cert: await read('cert'), key: await read('key') }
  try {
    createSecureContext(pair)
  } catch (cause) {
    throw new GateFault('config-invalid', unusablePair(files), { cause })
  }
  return pair
}

function unusablePair({ cert, key }: { readonly cert: string; readonly key: string }): string {
  return (
    `tls: ${cert} and ${key} are not a certificate and its key. Both must be PEM, and the key must be the one ` +
    'that the certificate was made for.'
  )
}

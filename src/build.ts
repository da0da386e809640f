/** Configuration → parts: the only file that knows every part. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { homedir, hostname, networkInterfaces } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Pool } from 'undici'
import { makeAppSide, type AppSide } from './app-side.ts'
import { AppWatch } from './app/watch-app.ts'
import { Assertions } from './assertion/assertions.ts'
import type { Asserted } from './assertion/claims.ts'
import type { Audit } from './audit/audit.ts'
import { openAudit } from './audit/open-audit.ts'
import { finishRestore } from './backup/place.ts'
import { catalogue, catalogueOfFour } from './catalog/index.ts'
import type { CertificateSource } from './certificates/certificate-source.ts'
import { readMachineNames } from './certificates/machine-names.ts'
import { makeCertificateSource } from './certificates/make-certificate-source.ts'
import { compileCatalogue } from './classify/classify.ts'
import type { Config } from './config/config.ts'
import { audienceOf } from './config/defaults.ts'
import { passwordRulesOf } from './config/password-rules-of.ts'
import { paths } from './contract/contract.ts'
import { makeCredentials, makeSessionLook, makeTokenLook } from './credentials.ts'
import { StreamOrder } from './forward/stream-order.ts'
import { openUpstream } from './forward/upstream.ts'
import type { Gate } from './gate.ts'
import { chooseLanguage } from './kit/language.ts'
import type { Clock } from './kit/clock.ts'
import { makeUploadQuota } from './limits/upload-quota.ts'
import { loadKeyRing, loadOrMakeKeyRing } from './login/key-file.ts'
import { bindKeyRing, type KeyRing } from './login/key.ts'
import type { LoginHost } from './login/login-host.ts'
import { openLogin, type Login } from './login/open-login.ts'
import { makeProofSeal } from './login/proof-seal.ts'
import { keepPolicy } from './policy/keep-policy.ts'
import type { PolicyEngine, PolicyPrincipal } from './policy/engine.ts'
import { makeProofs } from './proof/proofs.ts'
import { readWebFiles, type WebFiles } from './serve/web-files.ts'
import { clearCookie, cookieNames, isPlain, type CookieNames, type Site } from './sessions/cookie.ts'
import { readInstance } from './sessions/instance.ts'
import { absoluteEnd, idleEnd } from './sessions/lifetime.ts'
import { openSessions, type Sessions } from './sessions/sessions.ts'
import { startUpkeep } from './sessions/upkeep.ts'
import { engines } from './store/engines/index.ts'
import type { Upgrade } from './store/engines/sqlite/migrate.ts'
import { refuseOtherUser } from './store/engines/sqlite/state-owner.ts'
import type { Store } from './store/store.ts'
import { Tokens } from './tokens/tokens.ts'
import { findUnmatchedNames } from './unmatched-names.ts'

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** Told of faults that no request waits for. */
  readonly onFault: (fault: unknown) => void
  /** Told what takes a while, and what the operator should know, a line each. */
  readonly say?: (words: string) => void
  /** Ends what takes a while at the start. */
  readonly stopping?: AbortSignal
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
  refuseOtherUser(config.stateDir)
  await mkdir(config.stateDir, { recursive: true, mode: 0o700 })
  await finishRestore(config.stateDir)
  const database = join(config.stateDir, 'sekisho.db')
  const place = { env: around.env, file: config.keyFile }
  // A database without its key needs the backup of the key; a new one would void the password.
  const keys = existsSync(database) ? await loadKeyRing(place) : await loadOrMakeKeyRing(place)
  let upgrade: Upgrade | undefined
  const store = await engines.sqlite({ file: database, onUpgrade: (done) => (upgrade = done) })
  try {
    await bindKeyRing(keys, store.meta)
    const instance = await readInstance(store.meta)
    const openOwnAudit = () => openAudit(auditOptions(config, { store, keys }, around))
    if (upgrade !== undefined) await recordUpgrade(upgrade, openOwnAudit)
    return {
      store,
      keys,
      instance,
      openAudit: openOwnAudit,
      close: () => store.close(),
    }
  } catch (fault) {
    await store.close()
    throw fault
  }
}

/** At once, since a command that only reads opens no log of its own. */
async function recordUpgrade({ from, to, copy }: Upgrade, open: () => Promise<Audit>): Promise<void> {
  const audit = await open()
  try {
    await audit.write({ kind: 'state.upgraded', from, to, copy: basename(copy) })
  } finally {
    await audit.close()
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
  /** Absent where the gate speaks plain HTTP; not yet open where a CA has to reach us first. */
  readonly certificates?: CertificateSource
  /** To be called once the gate listens: an app that checks assertions can only be read then. Throws GateFault `app-unsafe`. */
  confirmApp(): Promise<void>
  close(): Promise<void>
}

function certificatesOf(config: Config, audit: Audit, around: Surroundings): CertificateSource | undefined {
  return makeCertificateSource(config, {
    folder: join(config.stateDir, 'certificates'),
    clock: around.clock,
    record: (event) => audit.write(event),
    say: (words) => around.say?.(words),
    random: Math.random,
    machine: readMachineNames(networkInterfaces(), hostname()),
  })
}

/** Makes every part and starts what works beside the requests. Throws before anything listens. */
export async function buildGate(config: Config, state: State, around: Surroundings): Promise<BuiltGate> {
  const web = readWebFiles(findWebFolder())
  const audit = await state.openAudit()
  const policy = keepPolicy(config, {
    ...{ audit, cwd: process.cwd(), home: homedir() },
    say: (words) => around.say?.(words),
  })
  const client = openUpstream(config.upstream)
  const assertions = openAssertions(config, state, policy)
  const app = new AppWatch({
    ...{ client, upstream: config.upstream, accepted: config.acceptRisks, audit },
    assertion: () => assertions.ownAssertion(around.clock.now()),
  })
  const closers: (() => Promise<unknown>)[] = [() => audit.close(), () => client.destroy()]
  try {
    const certificates = certificatesOf(config, audit, around)
    if (certificates !== undefined) closers.unshift(() => certificates.close())
    await policy.open()
    closers.unshift(() => policy.close())
    if (certificates?.challenges === undefined) await certificates?.open({ http: false })
    await app.open()
    for (const words of app.model === undefined ? [] : findUnmatchedNames(config, app.model))
      around.say?.(`Warning: ${words}`)
    const { clock } = around
    const appSide = makeAppSide({
      config,
      store: state.store,
      keys: state.keys,
      instance: state.instance,
      clock,
      app,
      policy,
      audit,
    })
    policy.onChange(() => appSide.rights.review())
    const { sessions, tokens, login, upkeep } = startLogin(config, { state, audit, around, appSide, policy })
    closers.unshift(
      upkeep.stop,
      () => sessions.close(),
      () => tokens.close(),
      login.close,
    )
    const gate = assemble(config, {
      state,
      around,
      web,
      policy,
      audit,
      client,
      app,
      appSide,
      assertions,
      sessions,
      tokens,
      login,
    })
    const close = async () => {
      app.close()
      for (const one of closers) await one()
    }
    return { gate, close, confirmApp: () => app.confirm(), ...(certificates && { certificates }) }
  } catch (fault) {
    app.close()
    for (const one of closers) await one()
    throw fault
  }
}

function openAssertions(config: Config, { keys, instance }: State, policy: PolicyEngine): Assertions {
  return new Assertions({
    key: keys.subKey('assertion'),
    instance,
    audience: audienceOf(config),
    lifetimeMs: config.assertion.lifetimeMs,
    rolesOf: (principal) => policy.rolesOf(inPolicy(principal)),
  })
}

/** Roles depend on no attribute. */
function inPolicy(principal: Asserted): PolicyPrincipal {
  const attributes = {}
  switch (principal.kind) {
    case 'guest':
      return { kind: 'guest' }
    case 'user':
      return { kind: 'user', username: principal.username, roles: principal.roles, attributes }
    case 'token':
      return { kind: 'token', id: principal.token.id, roles: principal.roles, attributes }
  }
}

/** Where passwords are typed on a host of their own: that one, and the names under which the app is used. */
function loginHostOf({ authHost, hosts }: Config): { readonly loginHost?: LoginHost } {
  if (authHost === undefined) return {}
  return { loginHost: { name: authHost, apps: hosts.filter((name) => name !== authHost) } }
}

/** Cookies without `Secure` exist only where the operator accepted plain http. */
function cookiesOf({ insecureHttp, embed }: Config, { instance }: State): (site: Site) => CookieNames {
  return (site) => cookieNames(instance, insecureHttp ? site : undefined, embed.length > 0)
}

interface LoginNeeds {
  readonly state: State
  readonly audit: Audit
  readonly around: Surroundings
  readonly appSide: AppSide
  readonly policy: PolicyEngine
}

function startLogin(config: Config, { state, audit, around, appSide, policy }: LoginNeeds) {
  const { store, keys, instance } = state
  const { clock } = around
  const sessions = openSessions({
    store,
    audit,
    clock,
    lifetime: config.session,
    twoNetworks: config.session.twoNetworks,
  })
  const login = openLogin({
    ...{ keys, instance, store, sessions, audit, clock },
    namesAt: cookiesOf(config, state),
    keyOptional: config.proof.calls === 'optional' && config.proof.files === 'optional',
    paces: config.pace,
    callBytes: config.limits.callBytes,
    ...loginHostOf(config),
    rulesFor: (username) => passwordRulesOf(config, username),
  })
  const inherited = (roles: readonly string[]) =>
    policy.rolesOf({ kind: 'token', id: '', roles, attributes: {} })
  const tokens = new Tokens({ store, clock, inherited })
  const ownership = () => appSide.ownership.review()
  const tasks = [() => sessions.review(), () => tokens.review(), ownership, ...login.reviews]
  return { sessions, tokens, upkeep: startUpkeep(tasks, around.onFault), login }
}

interface Assembly {
  readonly state: State
  readonly around: Surroundings
  readonly web: WebFiles
  readonly policy: Gate['policy']
  readonly audit: Audit
  readonly client: Pool
  readonly app: AppWatch
  readonly appSide: AppSide
  readonly assertions: Assertions
  readonly sessions: Sessions
  readonly tokens: Tokens
  readonly login: Login
}

function assemble(config: Config, parts: Assembly): Gate {
  const { sessions, tokens, web, around } = parts
  const { ceremony, registration, passwordChange, confirmation, stepUp, waysIn } = parts.login
  const namesAt = cookiesOf(config, parts.state)
  const addressOf = (name: string) => paths.assets + web.assetFile(name)
  const [bar, proof, plainProof] = [addressOf('bar.js'), addressOf('proof.js'), addressOf('proof-plain.js')]
  const proofAt = (site: Site) => (config.insecureHttp && isPlain(site) ? plainProof : proof)
  const { clock } = around
  return {
    catalogues: { '/gradio_api': compileCatalogue(catalogue), '': compileCatalogue(catalogueOfFour) },
    app: parts.app,
    assertions: parts.assertions,
    policy: parts.policy,
    audit: parts.audit,
    clock,
    limits: config.limits,
    uploads: config.uploads,
    ...(config.uploads.perDayBytes !== undefined && {
      uploadQuota: makeUploadQuota({ paces: parts.state.store.paces, clock }, config.uploads.perDayBytes),
    }),
    upstream: parts.client,
    forwardHeaders: config.forwardHeaders,
    formTargets: config.formTargets,
    embed: config.embed,
    ...parts.appSide,
    onFault: around.onFault,
    streamOrder: new StreamOrder(),
    web,
    // Nothing of the app may run before what signs its requests.
    pageElement: ({ headers, site }) =>
      `<script src="${proofAt(site)}"></script>` +
      `<script src="${bar}" defer data-lang="${chooseLanguage(headers['accept-language'])}"></script>`,
    sessions: makeSessionLook({ sessions, clock, nameAt: (site) => namesAt(site).session }),
    tokens: makeTokenLook({ tokens, clock }),
    credentials: makeCredentials({ sessions, tokens, clock }),
    login: {
      start: (body, asker) => ceremony.start(body, asker),
      finish: (body, asker) => ceremony.finish(body, asker),
      enter: (body, asker) => ceremony.enter(body, asker),
      end: (session) => sessions.end(session, 'logout'),
      clearCookies: (site) => [clearCookie(namesAt(site).session)],
      limitsOf: (session) => ({
        idleEndsAt: idleEnd(session, config.session),
        endsAt: absoluteEnd(session, config.session),
      }),
      waysIn,
    },
    registration,
    passwordChange,
    confirmation,
    stepUp,
    ...loginHostOf(config),
    passwords: config.passwords,
    proofs: makeProofs(makeProofSeal(parts.state.keys, parts.state.instance), clock),
    proof: config.proof,
  }
}

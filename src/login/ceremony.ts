/** The login ceremony: OPAQUE's three messages as a state machine, and the only caller of `sessions.issue`. */
import type { Audit } from '../audit/audit.ts'
import type { Asker, AuditEvent } from '../audit/event.ts'
import { defaultStretching } from '../contract/contract.ts'
import type { Identifiers, LoginStarted } from '../contract/contract.ts'
import type { Clock } from '../kit/clock.ts'
import { GateFault } from '../kit/fault.ts'
import { randomName } from '../kit/random.ts'
import { refuse } from '../refusals.ts'
import type { Refusal } from '../refusals.ts'
import { cookieNames, readCookie, setCookie } from '../sessions/cookie.ts'
import type { CookieNames, Site } from '../sessions/cookie.ts'
import type { FinishedCeremony } from '../sessions/finished-ceremony.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { SessionRow } from '../store/rows.ts'
import type { PaceStore, PasswordStore, SpentStore } from '../store/store.ts'
import type { KeyRing } from './key.ts'
import { knownBrowserSeconds, makeKnownBrowsers, markOf } from './known-browser.ts'
import type { KnownBrowser, KnownBrowsers, PasswordMark } from './known-browser.ts'
import { parseLoginFinish, parseLoginStart, parseLoginState } from './login-messages.ts'
import type { LoginState } from './login-messages.ts'
import type { Opaque } from './opaque.ts'
import { PendingLogins } from './pending.ts'
import { identifiersOf, sharedCredential } from './register.ts'
import { makeSeal } from './seal.ts'
import type { Seal } from './seal.ts'
import { makeThrottle } from './throttle.ts'
import type { Paces, Throttle } from './throttle.ts'

/** Who knocks, as the request shows it. */
export interface LoginAsker {
  readonly address: string
  readonly userAgent: string
  /** The Cookie header. */
  readonly cookies: string | undefined
  /** Decides the names of the cookies; without it they are the strict ones. */
  readonly site?: Site
}

export interface CeremonyParts {
  readonly keys: KeyRing
  /** From `readInstance`. */
  readonly instance: string
  readonly store: { readonly passwords: PasswordStore; readonly spent: SpentStore; readonly paces: PaceStore }
  readonly sessions: Pick<Sessions, 'issue' | 'find' | 'end'>
  readonly audit: Pick<Audit, 'write' | 'note'>
  readonly opaque: Pick<Opaque, 'startLogin' | 'finishLogin'>
  readonly clock: Clock
  readonly paces: Paces
}

export interface LoginUnderWay {
  readonly kind: 'started'
  readonly answer: LoginStarted
}
export interface SignedIn {
  readonly kind: 'signed-in'
  readonly session: SessionRow
  /** Set-Cookie values: the session, and the mark of a browser that has signed in. */
  readonly setCookies: readonly string[]
}

type Why = Extract<AuditEvent, { kind: 'login.refused' }>['why']

/** Long enough for Argon2id on a slow phone, too short to be worth collecting. */
const stateMs = 60_000
/** Spent ids outlive their states by this, should clocks of two processes differ. */
const spentMarginMs = 60_000
const pruneEveryMs = 60_000

export class Ceremony {
  readonly #parts: CeremonyParts
  readonly #identifiers: Identifiers
  readonly #known: KnownBrowsers
  readonly #throttle: Throttle
  readonly #seal: Seal
  readonly #pending = new PendingLogins()
  #prunedAt: number

  constructor(parts: CeremonyParts) {
    const { keys, instance } = parts
    this.#parts = parts
    this.#identifiers = identifiersOf(instance)
    this.#known = makeKnownBrowsers(keys.subKey('known-browser'), instance)
    this.#throttle = makeThrottle(parts.paces, parts.store.paces)
    this.#seal = makeSeal(keys.subKey('login-state'), `sekisho/1/login-state/${instance}`)
    this.#prunedAt = parts.clock.now()
  }

  /** KE1 in, KE2 and the sealed state out. The attempt counts from here: a wrong password never comes back. */
  async start(body: unknown, asker: LoginAsker): Promise<LoginUnderWay | Refusal> {
    const { store, audit, clock, opaque } = this.#parts
    const now = clock.now()
    const who = nobody(asker)
    const row = await store.passwords.find('shared')
    const mark = markOf(row)
    const browser = this.#readBrowser(asker, now)
    const paced = await this.#throttle.attempt({ address: asker.address, browser, mark }, now)
    if (!paced.allowed) {
      audit.note({ kind: 'login.paced', asker: who, bucket: paced.bucket })
      return refuse('login-paced', { bucket: paced.bucket }, paced.retryAfter)
    }
    const message = parseLoginStart(body)
    if (message === undefined) return this.#refuse(who, 'malformed')
    const ceremony = randomName(16)
    await audit.write({ kind: 'login.started', asker: who, ceremony })
    const started = await unlessBusy(
      opaque.startLogin({
        // Without a password the protocol goes its way all the same, and ends where a wrong password does.
        record: row?.record ?? null,
        credential: sharedCredential,
        startLoginRequest: message.startLoginRequest,
        identifiers: this.#identifiers,
      }),
    )
    if (started.kind === 'refusal') return started
    if (started.kind === 'rejected') return this.#refuse(who, 'malformed', ceremony)
    const expiresAt = now + stateMs
    const state: LoginState = {
      ceremony,
      expiresAt,
      mark,
      passwordAt: row?.changedAt ?? 0,
      serverLoginState: started.serverLoginState,
    }
    this.#pending.add({ ceremony, asker: who, expiresAt })
    const answer: LoginStarted = {
      loginResponse: started.loginResponse,
      state: this.#seal.seal(JSON.stringify(state)),
      stretching: row?.stretching ?? defaultStretching,
      identifiers: this.#identifiers,
    }
    return { kind: 'started', answer }
  }

  /** KE3 and the sealed state in, a session out. Every failure looks the same from outside. */
  async finish(body: unknown, asker: LoginAsker): Promise<SignedIn | Refusal> {
    const { store, clock, opaque } = this.#parts
    const who = nobody(asker)
    const message = parseLoginFinish(body)
    if (message === undefined) return this.#refuse(who, 'malformed')
    const unsealed = this.#seal.unseal(message.state)
    const state = unsealed === undefined ? undefined : parseLoginState(unsealed)
    if (state === undefined) return this.#refuse(who, 'forged')
    const { ceremony } = state
    if (clock.now() >= state.expiresAt) return this.#refuse(who, 'expired', ceremony)
    // Before the proof is looked at: a state is good for one try, not for one success.
    const first = await store.spent.spend(ceremony, state.expiresAt + spentMarginMs)
    if (!first) return this.#refuse(who, 'reused', ceremony)
    this.#pending.forget(ceremony)
    const finished = await unlessBusy(
      opaque.finishLogin({
        serverLoginState: state.serverLoginState,
        finishLoginRequest: message.finishLoginRequest,
        identifiers: this.#identifiers,
      }),
    )
    if (finished.kind === 'refusal') return finished
    if (state.mark === markOf(undefined)) return this.#refuse(who, 'no-password-set', ceremony)
    if (finished.kind === 'rejected') return this.#refuse(who, finished.why, ceremony)
    if (!(await this.#stillStands(state))) return this.#refuse(who, 'expired', ceremony)
    return this.#signIn(state, asker)
  }

  /** Records the logins that never came back, and forgets what is over. Called again and again. */
  async review(): Promise<void> {
    const { store, audit, clock } = this.#parts
    const now = clock.now()
    for (const { ceremony, asker, expiresAt } of this.#pending.expired(now)) {
      // Another process may have finished it; whoever spends the id knows.
      const unfinished = await store.spent.spend(ceremony, expiresAt + spentMarginMs)
      this.#pending.forget(ceremony)
      if (unfinished) audit.note({ kind: 'login.abandoned', asker, ceremony })
    }
    if (now - this.#prunedAt < pruneEveryMs) return
    await store.spent.prune(now)
    await store.paces.prune(now)
    this.#prunedAt = now
  }

  async #signIn(state: LoginState, asker: LoginAsker): Promise<SignedIn | Refusal> {
    const { sessions, audit, clock } = this.#parts
    const { ceremony } = state
    const { address, userAgent } = asker
    const finished = { account: 'shared', passwordAt: state.passwordAt, ceremony } as FinishedCeremony
    const { token, session } = await sessions.issue(finished, { address, userAgent })
    // A password set between the proof and the session ended all sessions but this one.
    if (!(await this.#stillStands(state))) {
      await sessions.end(session, 'password-changed')
      return this.#refuse(nobody(asker), 'expired', ceremony)
    }
    const who: Asker = { principal: 'guest', session: session.id, address, userAgent }
    await audit.write({ kind: 'login.succeeded', asker: who, ceremony })
    await this.#endFormer(asker)
    const names = this.#namesFor(asker)
    const known = this.#known.make(state.mark as PasswordMark, clock.now())
    return {
      kind: 'signed-in',
      session,
      setCookies: [setCookie(names.session, token), setCookie(names.known, known, knownBrowserSeconds)],
    }
  }

  /** Signing in again replaces this browser's session (OWASP ASVS 5.0, 7.2.4). */
  async #endFormer(asker: LoginAsker): Promise<void> {
    const { sessions, clock } = this.#parts
    const cookie = readCookie(asker.cookies, this.#namesFor(asker).session)
    if (cookie.kind !== 'one') return
    const former = await sessions.find(cookie.value, clock.now())
    if (former.state === 'active') await sessions.end(former.session, 'logout')
  }

  async #stillStands(state: LoginState): Promise<boolean> {
    return markOf(await this.#parts.store.passwords.find('shared')) === state.mark
  }

  #namesFor({ site }: LoginAsker): CookieNames {
    return cookieNames(this.#parts.instance, site)
  }

  #readBrowser(asker: LoginAsker, now: number): KnownBrowser | undefined {
    const cookie = readCookie(asker.cookies, this.#namesFor(asker).known)
    return cookie.kind === 'one' ? this.#known.read(cookie.value, now) : undefined
  }

  #refuse(asker: Asker, why: Why, ceremony?: string): Refusal {
    this.#parts.audit.note({
      kind: 'login.refused',
      asker,
      why,
      ...(ceremony === undefined ? {} : { ceremony }),
    })
    return refuse('login-failed', { why })
  }
}

function nobody({ address, userAgent }: LoginAsker): Asker {
  return { principal: 'nobody', address, userAgent }
}

/** Too many logins at once is a refusal, since it passes by itself; any other fault stays one. */
async function unlessBusy<T>(work: Promise<T>): Promise<T | Refusal> {
  try {
    return await work
  } catch (fault) {
    if (fault instanceof GateFault && fault.code === 'login-busy') return refuse('login-busy', {}, 2)
    throw fault
  }
}

/** The login ceremony: from the first message to the cookie, and the only caller of `sessions.issue`. */
import type { Asker } from '../audit/event.ts'
import type { LoginStarted } from '../contract/contract.ts'
import type { ProofKeyOffer } from '../contract/proof.ts'
import { failureKeyOf } from '../kit/username.ts'
import { enrolKey } from '../proof/enrolment.ts'
import { makeProofSeal } from './proof-seal.ts'
import { originOf } from '../kit/origin.ts'
import { isRefusal, type Refusal } from '../refusals.ts'
import { isPlain, readCookie, setCookie, type Site } from '../sessions/cookie.ts'
import type { FinishedCeremony } from '../sessions/finished-ceremony.ts'
import { askerOf, type Sessions } from '../sessions/sessions.ts'
import type { ProofKey, SessionEnd, SessionRow } from '../store/rows.ts'
import type { FailureStore, PaceStore, PasswordStore, UserStore } from '../store/store.ts'
import { findAccount, findChange, type Account } from './account.ts'
import { strangerOf, type Browsers, type LoginAsker } from './asker.ts'
import { HandOver, type HandedOver as Proved } from './hand-over.ts'
import { heedPace } from './heed-pace.ts'
import { KeyExchange } from './key-exchange.ts'
import type { KeyExchangeParts, LoginRefusedWhy, ProvedState } from './key-exchange.ts'
import type { KeyRing } from './key.ts'
import type { PasswordMark } from './known-browser.ts'
import { findApp, type LoginHost } from './login-host.ts'
import { parseLoginFinish, parseLoginStart } from './login-messages.ts'
import { makeSeal, type Seal } from '../kit/seal.ts'
import { makeThrottle, type Counted, type Paces, type Throttle } from './throttle.ts'

export interface CeremonyParts extends KeyExchangeParts {
  readonly keys: KeyRing
  readonly browsers: Browsers
  readonly store: KeyExchangeParts['store'] & {
    readonly passwords: Pick<PasswordStore, 'find'>
    readonly users: Pick<UserStore, 'findForLogin' | 'noteLogin'>
    readonly paces: Pick<PaceStore, 'take'>
    readonly failures: Pick<FailureStore, 'take' | 'find' | 'clear'>
  }
  readonly sessions: Pick<Sessions, 'issue' | 'find' | 'end'>
  readonly paces: Paces
  /** What browsers ask for is good without a signature too. */
  readonly keyOptional?: boolean
  /** Absent: the login stands beside the app. */
  readonly loginHost?: LoginHost
}

/** Of a login host: what the app's page comes in with. */
export interface HandedOver {
  readonly kind: 'handed-over'
  readonly code: string
  /** Set-Cookie values: the mark of a browser that has signed in. */
  readonly setCookies: readonly string[]
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

export class Ceremony {
  readonly #parts: CeremonyParts
  readonly #throttle: Throttle
  readonly #exchange: KeyExchange
  readonly #keySeal: Seal
  readonly #handOver: HandOver

  constructor(parts: CeremonyParts) {
    const { keys, instance } = parts
    this.#parts = parts
    this.#throttle = makeThrottle(parts.paces, parts.store)
    const seal = makeSeal(keys.subKey('login-state'), `sekisho/1/login-state/${instance}`)
    this.#exchange = new KeyExchange(parts, seal)
    this.#keySeal = makeProofSeal(keys, instance)
    this.#handOver = new HandOver(parts)
  }

  /** The attempt counts from here: a wrong password never comes back. */
  async start(body: unknown, asker: LoginAsker): Promise<LoginUnderWay | Refusal> {
    const { store } = this.#parts
    const message = parseLoginStart(body)
    const username = message?.username
    const account = await findAccount(store, username)
    const who = strangerOf(asker, username)
    const counted = await this.#pace(account, asker, who)
    if (isRefusal(counted)) return counted
    if (message === undefined) return this.#exchange.refuse(who, 'malformed')
    const answer = await this.#exchange.begin(account, message.startLoginRequest, {
      asker: who,
      counted: counted.key,
    })
    if (isRefusal(answer)) return answer
    return {
      kind: 'started',
      answer: this.#parts.keyOptional === true ? { ...answer, keyOptional: true } : answer,
    }
  }

  /** KE3 and the sealed state in, a session out; at a login host, what there will be one for. */
  async finish(body: unknown, asker: LoginAsker): Promise<SignedIn | HandedOver | Refusal> {
    const message = parseLoginFinish(body)
    const site = this.#siteFor(message?.for, asker)
    if (message === undefined || site === undefined)
      return this.#exchange.refuse(strangerOf(asker), 'malformed')
    const proved = await this.#exchange.end(message, strangerOf(asker))
    if (isRefusal(proved)) return proved
    const change = await findChange(this.#parts.store, proved)
    if (change !== undefined) return this.#refuse(proved, asker, change)
    const mayLack = this.#parts.keyOptional === true && message.for === undefined
    if (message.key === undefined && mayLack) return this.#signIn(proved, undefined, asker)
    const proofKey = message.key && this.#enrol(message.key, proved, site)
    if (proofKey === undefined)
      return this.#exchange.refuse(strangerOf(asker, proved.username), 'key-refused', proved.ceremony)
    if (message.for === undefined) return this.#signIn(proved, proofKey, asker)
    return this.#handOut(proved, proofKey, { asker, origin: message.for })
  }

  /** Before there is a code: whoever gets it may never show it, and has proved the password all the same. */
  async #handOut(
    proved: ProvedState,
    proofKey: ProofKey,
    { asker, origin }: { readonly asker: LoginAsker; readonly origin: string },
  ): Promise<HandedOver> {
    const { ceremony, username } = proved
    const who = strangerOf(asker, username)
    await this.#parts.audit.write({ kind: 'login.handed-over', asker: who, ceremony })
    const code = this.#handOver.make(proved, proofKey, origin)
    return { kind: 'handed-over', code, setCookies: [await this.#remember(proved, asker)] }
  }

  /** A login host's code in, shown by whoever has the key of that login; a session out. */
  async enter(body: unknown, asker: LoginAsker): Promise<SignedIn | Refusal> {
    const entered = await this.#handOver.take(body, originOf(asker.at))
    if (entered.kind === 'refused')
      return this.#exchange.refuse(strangerOf(asker), entered.why, entered.ceremony)
    const { proved, proofKey } = entered
    const change = await findChange(this.#parts.store, proved)
    return change === undefined ? this.#signIn(proved, proofKey, asker) : this.#refuse(proved, asker, change)
  }

  /** Whose page will use the key: the one that asks, or at a login host the app that it names. */
  #siteFor(origin: string | undefined, { at }: LoginAsker): Site | undefined {
    const { loginHost } = this.#parts
    if (origin === undefined) return at
    return loginHost === undefined ? undefined : findApp(loginHost, origin, at)
  }

  #enrol(offer: ProofKeyOffer, { sessionKey }: ProvedState, site: Site): ProofKey | undefined {
    const enrolling = { sessionKey: sessionKey.reveal(), site, isPlain: isPlain(site) }
    return enrolKey(offer, enrolling, this.#keySeal)
  }

  /** Records the logins that never came back. Called again and again. */
  review(): Promise<void> {
    return this.#exchange.review()
  }

  async #pace(account: Account, asker: LoginAsker, who: Asker): Promise<Partial<Counted> | Refusal> {
    const { browsers, audit, clock } = this.#parts
    const { username, id, mark } = account
    const browser = browsers.read(asker, id, clock.now())
    const attempt = { address: asker.address, browser, mark, username, account: id }
    return heedPace(await this.#throttle.attempt(attempt, clock.now()), who, audit)
  }

  async #signIn(
    proved: Proved,
    proofKey: ProofKey | undefined,
    asker: LoginAsker,
  ): Promise<SignedIn | Refusal> {
    const { browsers, store, sessions, audit, clock } = this.#parts
    const { account, username, passwordAt, ceremony, counted } = proved
    const { address, userAgent } = asker
    const named = username === undefined ? {} : { username }
    const key = proofKey === undefined ? {} : { proofKey }
    const finished = { account, ...named, passwordAt, ceremony, ...key } as FinishedCeremony
    // Until then its answers may bring a next token, and one that arrives after ours takes its place in the browser.
    await this.#endFormer(asker)
    const { token, session } = await sessions.issue(finished, { address, userAgent })
    // A password set between the proof and the session, or a user disabled there, ended all sessions but this one.
    const change = await findChange(store, proved)
    if (change !== undefined) {
      await sessions.end(session, change)
      return this.#refuse(proved, asker, change)
    }
    await audit.write({ kind: 'login.succeeded', asker: askerOf(session), ceremony })
    if (username !== undefined && account !== 'shared') {
      // A success ends the row of failures (NIST SP 800-63B-4 section 3.2.2), strangers' included.
      await store.failures.clear(failureKeyOf(username))
      if (counted !== undefined) await store.failures.clear(counted)
      await store.users.noteLogin(account, clock.now())
    }
    const { session: name } = browsers.names(asker)
    const known = await this.#remember(proved, asker)
    return { kind: 'signed-in', session, setCookies: [setCookie(name, token), known] }
  }

  /** What the browser was known by counts no more: whoever copied that is a stranger again. */
  async #remember({ account, mark }: Proved, asker: LoginAsker): Promise<string> {
    const { browsers, clock } = this.#parts
    const now = clock.now()
    const former = browsers.read(asker, account, now)
    if (former !== undefined) await this.#throttle.replace(former, now)
    return browsers.remember(asker, { account, mark: mark as PasswordMark }, now)
  }

  /** Signing in again replaces this browser's session (OWASP ASVS 5.0, 7.2.4). */
  async #endFormer(asker: LoginAsker): Promise<void> {
    const { browsers, sessions, clock } = this.#parts
    const cookie = readCookie(asker.cookies, browsers.names(asker).session)
    if (cookie.kind !== 'one') return
    const former = await sessions.find(cookie.value, clock.now())
    if (former.state === 'active') await sessions.end(former.session, 'logout')
  }

  #refuse({ username, ceremony }: Proved, asker: LoginAsker, change: SessionEnd): Refusal {
    return this.#exchange.refuse(strangerOf(asker, username), whyOf(change), ceremony)
  }
}

function whyOf(change: SessionEnd): LoginRefusedWhy {
  if (change === 'user-disabled') return change
  return change === 'user-removed' ? 'user-unknown' : 'expired'
}

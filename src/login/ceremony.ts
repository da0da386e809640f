/** The login ceremony: from the first message to the cookie, and the only caller of `sessions.issue`. */
import type { Asker } from '../audit/event.ts'
import type { LoginStarted } from '../contract/contract.ts'
import { failureKeyOf } from '../kit/username.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import { readCookie, setCookie } from '../sessions/cookie.ts'
import type { FinishedCeremony } from '../sessions/finished-ceremony.ts'
import { askerOf, type Sessions } from '../sessions/sessions.ts'
import type { SessionEnd, SessionRow } from '../store/rows.ts'
import type { FailureStore, PaceStore, PasswordStore, UserStore } from '../store/store.ts'
import { findAccount, findChange, type Account } from './account.ts'
import { Browsers, strangerOf, type LoginAsker } from './asker.ts'
import { KeyExchange } from './key-exchange.ts'
import type { KeyExchangeParts, LoginRefusedWhy, ProvedState } from './key-exchange.ts'
import type { KeyRing } from './key.ts'
import type { PasswordMark } from './known-browser.ts'
import { parseLoginFinish, parseLoginStart } from './login-messages.ts'
import { makeSeal } from './seal.ts'
import { makeThrottle, type Counted, type Paces, type Throttle } from './throttle.ts'

export interface CeremonyParts extends KeyExchangeParts {
  readonly keys: KeyRing
  readonly store: KeyExchangeParts['store'] & {
    readonly passwords: Pick<PasswordStore, 'find'>
    readonly users: Pick<UserStore, 'findForLogin' | 'noteLogin'>
    readonly paces: Pick<PaceStore, 'take'>
    readonly failures: Pick<FailureStore, 'take' | 'clear'>
  }
  readonly sessions: Pick<Sessions, 'issue' | 'find' | 'end'>
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

export class Ceremony {
  readonly #parts: CeremonyParts
  readonly #browsers: Browsers
  readonly #throttle: Throttle
  readonly #exchange: KeyExchange

  constructor(parts: CeremonyParts) {
    const { keys, instance } = parts
    this.#parts = parts
    this.#browsers = new Browsers(keys, instance)
    this.#throttle = makeThrottle(parts.paces, parts.store)
    const seal = makeSeal(keys.subKey('login-state'), `sekisho/1/login-state/${instance}`)
    this.#exchange = new KeyExchange(parts, seal)
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
    return isRefusal(answer) ? answer : { kind: 'started', answer }
  }

  /** KE3 and the sealed state in, a session out. */
  async finish(body: unknown, asker: LoginAsker): Promise<SignedIn | Refusal> {
    const message = parseLoginFinish(body)
    if (message === undefined) return this.#exchange.refuse(strangerOf(asker), 'malformed')
    const proved = await this.#exchange.end(message, strangerOf(asker))
    if (isRefusal(proved)) return proved
    const change = await findChange(this.#parts.store, proved)
    if (change !== undefined) return this.#refuse(proved, asker, change)
    return this.#signIn(proved, asker)
  }

  /** Records the logins that never came back. Called again and again. */
  review(): Promise<void> {
    return this.#exchange.review()
  }

  async #pace(account: Account, asker: LoginAsker, who: Asker): Promise<Partial<Counted> | Refusal> {
    const { audit, clock } = this.#parts
    const { username, id, mark } = account
    const browser = this.#browsers.read(asker, id, clock.now())
    const attempt = { address: asker.address, browser, mark, username, account: id }
    const paced = await this.#throttle.attempt(attempt, clock.now())
    if (!paced.allowed) {
      audit.note({ kind: 'login.paced', asker: who, bucket: paced.bucket })
      return refuse('login-paced', { bucket: paced.bucket }, paced.retryAfter)
    }
    const { counted } = paced
    if (counted?.last === true)
      await audit.write({ kind: 'login.locked', asker: who, failures: counted.failures })
    return counted ?? {}
  }

  async #signIn(proved: ProvedState, asker: LoginAsker): Promise<SignedIn | Refusal> {
    const { store, sessions, audit, clock } = this.#parts
    const { account, username, mark, passwordAt, ceremony, counted } = proved
    const { address, userAgent } = asker
    const named = username === undefined ? {} : { username }
    const finished = { account, ...named, passwordAt, ceremony } as FinishedCeremony
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
    await this.#endFormer(asker)
    const { session: name } = this.#browsers.names(asker)
    const known = this.#browsers.remember(asker, { account, mark: mark as PasswordMark }, clock.now())
    return { kind: 'signed-in', session, setCookies: [setCookie(name, token), known] }
  }

  /** Signing in again replaces this browser's session (OWASP ASVS 5.0, 7.2.4). */
  async #endFormer(asker: LoginAsker): Promise<void> {
    const { sessions, clock } = this.#parts
    const cookie = readCookie(asker.cookies, this.#browsers.names(asker).session)
    if (cookie.kind !== 'one') return
    const former = await sessions.find(cookie.value, clock.now())
    if (former.state === 'active') await sessions.end(former.session, 'logout')
  }

  #refuse({ username, ceremony }: ProvedState, asker: LoginAsker, change: SessionEnd): Refusal {
    return this.#exchange.refuse(strangerOf(asker, username), whyOf(change), ceremony)
  }
}

function whyOf(change: SessionEnd): LoginRefusedWhy {
  if (change === 'user-disabled') return change
  return change === 'user-removed' ? 'user-unknown' : 'expired'
}

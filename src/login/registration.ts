/** Registration by invitation: look, start, finish; only a finished one uses the invitation up. */
import type { Audit } from '../audit/audit.ts'
import { defaultStretching } from '../contract/contract.ts'
import type { JoinLooked, PasswordRules, RegistrationStarted } from '../contract/contract.ts'
import type { Clock } from '../kit/clock.ts'
import type { Username } from '../kit/username.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { InvitationRow, UserRow } from '../store/rows.ts'
import type { FailureStore, InvitationStore, UserStore } from '../store/store.ts'
import { hashInvitation } from '../users/invitation.ts'
import { strangerOf, type Browsers, type LoginAsker } from './asker.ts'
import { refusePaced } from './heed-pace.ts'
import { markOf } from './known-browser.ts'
import type { Opaque } from './opaque.ts'
import { credentialOf, identifiersOf } from './register.ts'
import { parseJoinFinish, parseJoinLook, parseJoinStart } from './registration-messages.ts'
import { invitationKeyOf, makeThrottle } from './throttle.ts'
import type { Paced, Paces, Throttle, ThrottleStore } from './throttle.ts'
import { unlessBusy } from './unless-busy.ts'

export interface RegistrationParts {
  readonly browsers: Browsers
  /** From `readInstance`. */
  readonly instance: string
  readonly store: ThrottleStore & {
    readonly invitations: Pick<InvitationStore, 'find' | 'redeem'>
    readonly users: Pick<UserStore, 'find'>
    readonly failures: Pick<FailureStore, 'clear'>
  }
  readonly sessions: Pick<Sessions, 'recheck'>
  readonly audit: Pick<Audit, 'write' | 'note'>
  readonly opaque: Pick<Opaque, 'register' | 'checkRecord'>
  readonly clock: Clock
  readonly paces: Paces
  readonly rulesFor: (username: Username) => PasswordRules
}

export interface Answered<T> {
  readonly kind: 'answered'
  readonly answer: T
}

export interface Joined {
  readonly kind: 'joined'
  /** Set-Cookie values: who has chosen the password here must not wait behind strangers to sign in with it. */
  readonly setCookies: readonly string[]
}

interface Invited {
  readonly kind: 'invited'
  readonly row: InvitationRow
  readonly user: UserRow
}

export class Registration {
  readonly #parts: RegistrationParts
  readonly #throttle: Throttle

  constructor(parts: RegistrationParts) {
    this.#parts = parts
    this.#throttle = makeThrottle(parts.paces, parts.store)
  }

  async look(body: unknown, asker: LoginAsker): Promise<Answered<JoinLooked> | Refusal> {
    const message = parseJoinLook(body)
    if (message === undefined) return refuse('body-invalid')
    const found = await this.#find(message.invitation, asker)
    if (isRefusal(found)) return found
    const { row, user } = found
    const expiresIn = Math.floor((row.expiresAt - this.#parts.clock.now()) / 1000)
    const rules = this.#parts.rulesFor(user.name)
    return answered({ username: user.name, purpose: row.purpose, expiresIn, rules })
  }

  async start(body: unknown, asker: LoginAsker): Promise<Answered<RegistrationStarted> | Refusal> {
    const message = parseJoinStart(body)
    if (message === undefined) return refuse('body-invalid')
    const found = await this.#find(message.invitation, asker)
    if (isRefusal(found)) return found
    const { opaque, instance, clock } = this.#parts
    const { registrationRequest } = message
    const waiting =
      (await this.#pace(asker, found.row)) ??
      this.#wait(await this.#throttle.register(found.row.hash, clock.now()), asker)
    if (waiting !== undefined) return waiting
    const { name } = found.user
    const begun = await unlessBusy(opaque.register({ credential: credentialOf(name), registrationRequest }))
    if (isRefusal(begun)) return begun
    if (begun.kind === 'rejected') return refuse('body-invalid')
    const { registrationResponse } = begun
    const identifiers = identifiersOf(instance, name)
    return answered({ registrationResponse, stretching: defaultStretching, identifiers })
  }

  /** Of two that come at once, one sets the password. */
  async finish(body: unknown, asker: LoginAsker): Promise<Joined | Refusal> {
    const message = parseJoinFinish(body)
    if (message === undefined) return refuse('body-invalid')
    const found = await this.#find(message.invitation, asker)
    if (isRefusal(found)) return found
    const { opaque } = this.#parts
    const { registrationRecord: record } = message
    const waiting = await this.#pace(asker, found.row)
    if (waiting !== undefined) return waiting
    const checked = await unlessBusy(opaque.checkRecord({ record }))
    if (isRefusal(checked)) return checked
    return checked.kind === 'rejected' ? refuse('body-invalid') : this.#redeem(found, record, asker)
  }

  async #redeem({ row, user }: Invited, record: string, asker: LoginAsker): Promise<Joined | Refusal> {
    const { browsers, store, sessions, audit, clock } = this.#parts
    const now = clock.now()
    const password = { id: user.id, record, stretching: defaultStretching, changedAt: now }
    const sessionsEnded = await store.invitations.redeem(row.hash, password, now)
    if (sessionsEnded === undefined) return refuse('invitation-invalid', { why: 'raced' })
    // Before the log is waited for: a session of the old password is over, recorded or not.
    await sessions.recheck(user.id)
    await store.failures.clear(invitationKeyOf(row.hash))
    const about = { asker: strangerOf(asker, user.name), user: { id: user.id, name: user.name } }
    await audit.write({ kind: 'invitation.used', ...about, purpose: row.purpose })
    await audit.write({ kind: 'password.changed', ...about, sessionsEnded })
    const known = browsers.remember(asker, { account: user.id, mark: markOf(password) }, now)
    return { kind: 'joined', setCookies: [known] }
  }

  /** The refusal is one and the same for every reason; the log has it. */
  async #find(secret: string, asker: LoginAsker): Promise<Invited | Refusal> {
    const { store, clock } = this.#parts
    const hash = hashInvitation(secret)
    const row = hash === undefined ? undefined : await store.invitations.find(hash)
    const user = row === undefined ? undefined : await store.users.find(row.user)
    const why = whyNot(row, user, clock.now())
    if (why === undefined && row !== undefined && user !== undefined) return { kind: 'invited', row, user }
    // 256 random bits are not guessed; the pace keeps the tries from filling the log.
    return (await this.#pace(asker)) ?? refuse('invitation-invalid', { why: why ?? 'unknown' })
  }

  /** A good invitation has a pace of its own, so that no flood of bad ones holds its owner up. */
  async #pace(asker: LoginAsker, row?: InvitationRow): Promise<Refusal | undefined> {
    const own = row === undefined ? {} : { own: row.hash }
    const { clock } = this.#parts
    return this.#wait(await this.#throttle.ask({ address: asker.address, ...own }, clock.now()), asker)
  }

  #wait(paced: Paced, asker: LoginAsker): Refusal | undefined {
    return paced.allowed ? undefined : refusePaced(paced, strangerOf(asker), this.#parts.audit)
  }
}

function whyNot(row: InvitationRow | undefined, user: UserRow | undefined, now: number): string | undefined {
  if (row === undefined) return 'unknown'
  if (row.usedAt !== undefined) return 'used'
  if (row.revokedAt !== undefined) return 'revoked'
  if (now >= row.expiresAt) return 'expired'
  if (user === undefined) return 'user-unknown'
  return user.disabledAt === undefined ? undefined : 'user-disabled'
}

export function answered<T>(answer: T): Answered<T> {
  return { kind: 'answered', answer }
}

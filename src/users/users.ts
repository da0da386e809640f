/** Users as the operator sees and changes them. Every change is on record. */
import type { Audit } from '../audit/audit.ts'
import type { Asker, UserName } from '../audit/event.ts'
import type { Clock } from '../kit/clock.ts'
import { randomName } from '../kit/random.ts'
import type { Secret } from '../kit/secret.ts'
import { failureKeyOf, type Username } from '../kit/username.ts'
import { noEndowment } from '../store/rows.ts'
import type { Endowment, InvitationRow, PasswordRow, UserId, UserRow } from '../store/rows.ts'
import type { AccountEnded, Endowed, Store } from '../store/store.ts'
import { applyChange, inOrder, isSame, type EndowmentChange } from './endowment.ts'
import { accountRule } from './failures.ts'
import { hashInvitation, invitationMs, makeInvitationSecret } from './invitation.ts'

export interface UserParts {
  readonly store: Pick<Store, 'users' | 'invitations' | 'passwords' | 'failures' | 'sessions' | 'tokens'>
  readonly audit: Pick<Audit, 'write'>
  readonly clock: Clock
}

/** What can be done with a name at the moment. */
export type UserState = 'active' | 'invited' | 'locked' | 'no-password' | 'disabled'

export interface UserView extends Endowment {
  readonly id: UserId
  readonly name: Username
  readonly state: UserState
  readonly createdAt: number
  readonly lastLoginAt?: number
  readonly passwordAt?: number
  /** Open sessions, tokens that still work, failed sign-ins of strangers in a row. */
  readonly sessions: number
  readonly tokens: number
  readonly failures: number
  readonly invitation?: Pick<InvitationRow, 'purpose' | 'expiresAt'>
}

export interface Invited {
  readonly secret: Secret
  readonly expiresAt: number
  readonly purpose: InvitationRow['purpose']
}

const operator: Asker = { principal: 'operator' }

export class Users {
  readonly #parts: UserParts

  constructor(parts: UserParts) {
    this.#parts = parts
  }

  find(name: Username): Promise<UserRow | undefined> {
    return this.#parts.store.users.findByName(name)
  }

  /** Undefined when the name is taken. */
  async add(name: Username, given: Endowment = noEndowment): Promise<UserRow | undefined> {
    const { store, audit, clock } = this.#parts
    const row: UserRow = { id: randomName(12) as UserId, name, createdAt: clock.now(), ...inOrder(given) }
    if (!(await store.users.insert(row))) return undefined
    const { roles, attributes } = row
    await audit.write({
      kind: 'user.added',
      asker: operator,
      user: nameOf(row),
      given: { roles, attributes },
    })
    return row
  }

  /** Gives and takes roles and attributes; undefined when somebody else removed the user meanwhile. */
  async endow(user: UserRow, change: EndowmentChange): Promise<Endowed | undefined> {
    const { store, audit } = this.#parts
    const done = await store.users.endow(user.id, (standing) => applyChange(standing, change))
    if (done === undefined || isSame(done)) return done
    await audit.write({ kind: 'user.changed', asker: operator, user: nameOf(user), ...done })
    return done
  }

  /** Takes the place of an earlier invitation; the password of today goes on working until the new one is set. */
  async invite(user: UserRow): Promise<Invited> {
    const hasPassword = (await this.#parts.store.passwords.find(user.id)) !== undefined
    return this.#invite(user, hasPassword ? 'reset' : 'join')
  }

  async revokeInvitation(user: UserRow): Promise<boolean> {
    const { store, audit, clock } = this.#parts
    const open = await store.invitations.findOpen(user.id, clock.now())
    if (open === undefined || !(await store.invitations.revoke(user.id, clock.now()))) return false
    await audit.write({
      kind: 'invitation.revoked',
      asker: operator,
      user: nameOf(user),
      purpose: open.purpose,
    })
    return true
  }

  /** The password stops working at once, and every session ends; the invitation lets the user set a new one. */
  async reset(user: UserRow): Promise<Invited & { readonly sessionsEnded: number }> {
    const { store, audit, clock } = this.#parts
    const sessionsEnded = (await store.passwords.remove(user.id, clock.now(), 'user-reset')) ?? 0
    await audit.write({ kind: 'user.reset', asker: operator, user: nameOf(user), sessionsEnded })
    return { ...(await this.#invite(user, 'reset')), sessionsEnded }
  }

  /** The password as the operator set it; answers how many sessions that ended. */
  async setPassword(user: UserRow, password: PasswordRow): Promise<number> {
    const { store, audit } = this.#parts
    const sessionsEnded = await store.passwords.set(password)
    await store.failures.clear(failureKeyOf(user.name))
    await audit.write({ kind: 'password.changed', asker: operator, user: nameOf(user), sessionsEnded })
    return sessionsEnded
  }

  /** Undefined when the user is disabled already. */
  async disable(user: UserRow): Promise<AccountEnded | undefined> {
    const { store, audit, clock } = this.#parts
    const ended = await store.users.disable(user.id, clock.now())
    if (ended === undefined) return undefined
    const { sessions } = ended
    await audit.write({ kind: 'user.disabled', asker: operator, user: nameOf(user), sessionsEnded: sessions })
    return ended
  }

  async enable(user: UserRow): Promise<boolean> {
    const { store, audit } = this.#parts
    if (!(await store.users.enable(user.id))) return false
    await audit.write({ kind: 'user.enabled', asker: operator, user: nameOf(user) })
    return true
  }

  /** Undefined when somebody else removed the user meanwhile. */
  async remove(user: UserRow): Promise<AccountEnded | undefined> {
    const { store, audit, clock } = this.#parts
    const ended = await store.users.remove(user.id, clock.now())
    if (ended === undefined) return undefined
    const { sessions } = ended
    await audit.write({ kind: 'user.removed', asker: operator, user: nameOf(user), sessionsEnded: sessions })
    return ended
  }

  /** False when no failure was counted. */
  async unlock(user: UserRow): Promise<boolean> {
    const { store, audit } = this.#parts
    if (!(await store.failures.clear(failureKeyOf(user.name)))) return false
    await audit.write({ kind: 'user.unlocked', asker: operator, user: nameOf(user) })
    return true
  }

  async list(): Promise<readonly UserView[]> {
    const { store } = this.#parts
    const rows = await store.users.list()
    const sessions = await store.sessions.listOpen()
    const tokens = await store.tokens.list()
    return Promise.all(rows.map((row) => this.#view(row, sessions, tokens)))
  }

  async show(user: UserRow): Promise<UserView> {
    const { store } = this.#parts
    return this.#view(user, await store.sessions.listOpen(), await store.tokens.list())
  }

  async #invite(user: UserRow, purpose: InvitationRow['purpose']): Promise<Invited> {
    const { store, audit, clock } = this.#parts
    const secret = makeInvitationSecret()
    const hash = hashInvitation(secret.reveal())
    if (hash === undefined) throw new TypeError('an invitation of ours has a hash')
    const createdAt = clock.now()
    const expiresAt = createdAt + invitationMs
    await store.invitations.insert({ hash, user: user.id, purpose, createdAt, expiresAt })
    await audit.write({ kind: 'invitation.made', asker: operator, user: nameOf(user), purpose })
    return { secret, expiresAt, purpose }
  }

  async #view(
    row: UserRow,
    sessions: Awaited<ReturnType<Store['sessions']['listOpen']>>,
    tokens: Awaited<ReturnType<Store['tokens']['list']>>,
  ): Promise<UserView> {
    const { store, clock } = this.#parts
    const now = clock.now()
    const password = await store.passwords.find(row.id)
    const invitation = await store.invitations.findOpen(row.id, now)
    const failures = (await store.failures.find(failureKeyOf(row.name)))?.count ?? 0
    const works = ({ token }: (typeof tokens)[number]) =>
      token.user === row.id && token.revokedAt === undefined && (token.expiresAt ?? Infinity) > now
    return {
      id: row.id,
      name: row.name,
      state: stateOf(row, { password, invitation, failures }),
      roles: row.roles,
      attributes: row.attributes,
      createdAt: row.createdAt,
      ...(row.lastLoginAt === undefined ? {} : { lastLoginAt: row.lastLoginAt }),
      ...(password === undefined ? {} : { passwordAt: password.changedAt }),
      sessions: sessions.filter(({ account }) => account === row.id).length,
      tokens: tokens.filter(works).length,
      failures,
      ...(invitation === undefined
        ? {}
        : { invitation: { purpose: invitation.purpose, expiresAt: invitation.expiresAt } }),
    }
  }
}

interface Standing {
  readonly password: PasswordRow | undefined
  readonly invitation: InvitationRow | undefined
  readonly failures: number
}

function stateOf(row: UserRow, { password, invitation, failures }: Standing): UserState {
  if (row.disabledAt !== undefined) return 'disabled'
  if (password === undefined) return invitation === undefined ? 'no-password' : 'invited'
  return failures >= accountRule.most ? 'locked' : 'active'
}

export function nameOf({ id, name }: UserRow): UserName {
  return { id, name }
}

/** Whom an attempt is about: the shared password or a user's; a name that nobody has is looked up all the same. */
import type { Username } from '../kit/username.ts'
import type { AccountId, PasswordRow, SessionEnd } from '../store/rows.ts'
import type { PasswordStore, UserStore } from '../store/store.ts'
import { markOf, type PasswordMark } from './known-browser.ts'

/** Why nobody can sign in here, whatever they know; for the log only. */
export type Closed = 'user-unknown' | 'user-disabled' | 'no-password-set'

export interface Account {
  /** Absent: the shared password. */
  readonly username?: Username
  /** Absent: nobody has this name. */
  readonly id?: AccountId
  /** Absent where `closed` says why. */
  readonly password?: PasswordRow
  readonly closed?: Closed
  /** The password of today. */
  readonly mark: PasswordMark
}

export interface AccountStore {
  readonly passwords: Pick<PasswordStore, 'find'>
  readonly users: Pick<UserStore, 'findForLogin'>
}

/** Asks the store the same for every name, and computes the same from the answer. */
export async function findAccount(store: AccountStore, username: Username | undefined): Promise<Account> {
  if (username === undefined) {
    const password = await store.passwords.find('shared')
    const mark = markOf(password)
    return password === undefined
      ? { id: 'shared', closed: 'no-password-set', mark }
      : { id: 'shared', password, mark }
  }
  const { user, password, record } = await store.users.findForLogin(username)
  const mark = markOf({ record })
  if (user === undefined) return { username, closed: 'user-unknown', mark: markOf(undefined) }
  const named = { username, id: user.id }
  if (user.disabledAt !== undefined) return { ...named, closed: 'user-disabled', mark: markOf(undefined) }
  return password === undefined
    ? { ...named, closed: 'no-password-set', mark: markOf(undefined) }
    : { ...named, password, mark }
}

/** What was proved, as it stood when the proof began. */
export interface Proved {
  readonly username?: Username
  readonly account: AccountId
  readonly mark: string
}

/** Undefined while the password that was proved is still the account's; otherwise what happened to it. */
export async function findChange(store: AccountStore, proved: Proved): Promise<SessionEnd | undefined> {
  const today = await findAccount(store, proved.username)
  if (today.id !== proved.account) return 'user-removed'
  if (today.closed === 'user-disabled') return 'user-disabled'
  return today.mark === proved.mark ? undefined : 'password-changed'
}

/** What can hang on a user, for the engines' suite. */
import { failureKeyOf } from '../kit/username.ts'
import {
  failureRule,
  invitationOf,
  passwordOf,
  sessionOf,
  start,
  tokenRow,
  userRow,
} from './sample-rows.contract.ts'
import type { Store } from './store.ts'

export const keyOf = (name: string) => failureKeyOf(userRow(name).name)

/** A user with everything that can hang on one. */
export async function addWithBelongings(store: Store, name: string): Promise<void> {
  await store.users.insert(userRow(name))
  await store.passwords.set(passwordOf(name))
  await store.sessions.insert(sessionOf(name))
  await store.invitations.insert(invitationOf(name))
  await store.tokens.insert(tokenRow(name, { user: userRow(name).id }))
  await store.failures.take(keyOf(name), failureRule, start)
}

export async function belongingsOf(store: Store, name: string) {
  return {
    user: await store.users.find(userRow(name).id),
    password: await store.passwords.find(userRow(name).id),
    session: await store.sessions.find(sessionOf(name).tokenHash),
    invitation: await store.invitations.find(invitationOf(name).hash),
    token: await store.tokens.find(tokenRow(name).hash),
    failures: await store.failures.find(keyOf(name)),
  }
}

/** Users in memory. What hangs on a user ends with it. No method waits between reading and writing: each is one step. */
import { GateFault } from '../../../kit/fault.ts'
import { failureKeyOf } from '../../../kit/username.ts'
import { decoyRecord, type UserRow } from '../../rows.ts'
import type { UserStore } from '../../store.ts'
import type { MemoryClient } from './client.ts'
import { revokeInvitation } from './open-invitation.ts'
import { endSessionsOf } from './sessions.ts'
import { revokeTokensOf } from './tokens.ts'

export function makeUsers(client: MemoryClient): UserStore {
  const byName = (name: string) => [...client.read().users.values()].find((row) => row.name === name)
  return {
    ...makeEndings(client),
    async insert(row) {
      if (byName(row.name) !== undefined) return false
      if (client.read().users.has(row.id)) {
        throw new GateFault('store-unusable', 'A user with this id exists already.')
      }
      client.write().users.set(row.id, { ...row })
      return true
    },
    async find(id) {
      return client.read().users.get(id)
    },
    async findByName(name) {
      return byName(name)
    },
    async findForLogin(name) {
      const user = byName(name)
      const password = user && client.read().passwords.get(user.id)
      return {
        ...(user && { user }),
        ...(password && { password }),
        record: password?.record ?? decoyRecord,
      }
    },
    async list() {
      // Names are ASCII: this is SQLite's order too.
      return [...client.read().users.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    async any() {
      return client.read().users.size > 0
    },
    async noteLogin(id, at) {
      const row = client.read().users.get(id)
      if (row === undefined || (row.lastLoginAt !== undefined && row.lastLoginAt >= at)) return
      client.write().users.set(id, { ...row, lastLoginAt: at })
    },
    async endow(id, change) {
      const row = client.read().users.get(id)
      if (row === undefined) return undefined
      const before = { roles: row.roles, attributes: row.attributes }
      const { roles, attributes } = change(before)
      const after = { roles: [...roles], attributes: { ...attributes } }
      client.write().users.set(id, { ...row, ...after })
      return { before, after }
    },
    async enable(id) {
      const row = client.read().users.get(id)
      if (row?.disabledAt === undefined) return false
      const enabled: { -readonly [Key in keyof UserRow]: UserRow[Key] } = { ...row }
      delete enabled.disabledAt
      client.write().users.set(id, enabled)
      return true
    },
  }
}

function makeEndings(client: MemoryClient): Pick<UserStore, 'disable' | 'remove'> {
  return {
    async disable(id, at) {
      const row = client.read().users.get(id)
      if (row === undefined || row.disabledAt !== undefined) return undefined
      client.write().users.set(id, { ...row, disabledAt: at })
      return {
        sessions: endSessionsOf(client, id, at, 'user-disabled'),
        tokens: 0,
        invitations: revokeInvitation(client, id, at) ? 1 : 0,
      }
    },
    async remove(id, at) {
      const row = client.read().users.get(id)
      if (row === undefined) return undefined
      const data = client.write()
      data.users.delete(id)
      data.passwords.delete(id)
      data.failures.delete(failureKeyOf(row.name))
      return {
        sessions: endSessionsOf(client, id, at, 'user-removed'),
        tokens: revokeTokensOf(client, id, at),
        invitations: revokeInvitation(client, id, at) ? 1 : 0,
      }
    },
  }
}

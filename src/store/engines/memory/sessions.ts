/** Sessions and passwords in memory. No method waits between reading and writing: each is one step. */
import { GateFault } from '../../../kit/fault.ts'
import type { AccountId, FoundSession, PasswordRow, SessionEnd, SessionRow } from '../../rows.ts'
import type { PasswordStore, SessionStore } from '../../store.ts'
import type { MemoryClient } from './client.ts'
import type { MemoryData } from './data.ts'
import { mustHaveUser } from './known-user.ts'
import { replaceInvitation } from './open-invitation.ts'

export function makePasswords(client: MemoryClient): PasswordStore {
  return {
    async find(id) {
      return client.read().passwords.get(id)
    },
    async set(row) {
      if (row.id !== 'shared') mustHaveUser(client, row.id)
      return replacePassword(client, row)
    },
    async replace(row, former) {
      const standing = client.read().passwords.get(row.id)
      return standing?.record === former ? replacePassword(client, row) : undefined
    },
    async remove(id, at, reason) {
      if (!client.read().passwords.has(id)) return undefined
      client.write().passwords.delete(id)
      return endSessionsOf(client, id, at, reason)
    },
  }
}

/** Sets the password, ends the account's sessions and revokes its invitation; answers how many sessions. */
export function replacePassword(client: MemoryClient, row: PasswordRow): number {
  client.write().passwords.set(row.id, { ...row, stretching: { ...row.stretching } })
  replaceInvitation(client, row.id, row.changedAt)
  return endSessionsOf(client, row.id, row.changedAt, 'password-changed')
}

export function endSessionsOf(
  client: MemoryClient,
  account: AccountId,
  at: number,
  reason: SessionEnd,
): number {
  const open = openSessions(client.read()).filter((row) => row.account === account)
  for (const session of open) endOne(client.write(), session, at, reason)
  return open.length
}

export function makeSessions(client: MemoryClient): SessionStore {
  return {
    async insert(row) {
      const known = client.read()
      if (known.sessions.has(row.id) || known.hashes.has(row.tokenHash)) {
        throw new GateFault('store-unusable', 'A session with this id or token exists already.')
      }
      const data = client.write()
      data.sessions.set(row.id, { ...row })
      data.hashes.set(row.tokenHash, row.id)
    },
    async find(hash) {
      const data = client.read()
      const id = data.hashes.get(hash)
      const row = id === undefined ? undefined : data.sessions.get(id)
      return row && withEndowment(data, row)
    },
    async touch(seen) {
      for (const { id, at } of seen) {
        const row = client.read().sessions.get(id)
        if (row === undefined || row.endedAt !== undefined) continue
        if (!(row.lastActiveAt < at)) continue
        client.write().sessions.set(id, { ...row, lastActiveAt: at })
      }
    },
    async end(id, at, reason) {
      const row = client.read().sessions.get(id)
      if (row === undefined || row.endedAt !== undefined) return false
      endOne(client.write(), row, at, reason)
      return true
    },
    async listOpen() {
      return openSessions(client.read())
    },
    async prune(before) {
      const over = [...client.read().sessions.values()].filter(
        (row) => row.endsAt < before || (row.endedAt !== undefined && row.endedAt < before),
      )
      for (const row of over) {
        const data = client.write()
        data.sessions.delete(row.id)
        data.hashes.delete(row.tokenHash)
      }
      return over.length
    },
  }
}

function withEndowment(data: MemoryData, row: SessionRow): FoundSession {
  const user = row.account === 'shared' ? undefined : data.users.get(row.account)
  if (user === undefined) return row
  const { roles, attributes } = user
  return { ...row, endowment: { roles, attributes } }
}

function openSessions(data: MemoryData): readonly SessionRow[] {
  return [...data.sessions.values()]
    .filter((row) => row.endedAt === undefined)
    .sort((a, b) => a.createdAt - b.createdAt)
}

function endOne(data: MemoryData, row: SessionRow, endedAt: number, ended: SessionEnd): void {
  data.sessions.set(row.id, { ...row, endedAt, ended })
}

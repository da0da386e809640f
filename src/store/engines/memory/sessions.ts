/** Sessions and passwords in memory. No method waits between reading and writing: each is one step. */
import { GateFault } from '../../../kit/fault.ts'
import type { AccountId, PasswordRow, SessionEnd, SessionRow } from '../../rows.ts'
import type { PasswordStore, SessionStore } from '../../store.ts'
import type { MemoryClient } from './client.ts'
import type { MemoryData } from './data.ts'
import { mustHaveUser } from './known-user.ts'
import { replaceInvitation } from './open-invitation.ts'
import { forgetSession, makeSessionTokens } from './session-tokens.ts'

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
    ...makeSessionTokens(client),
    async insert(row) {
      const known = client.read()
      if (known.sessions.has(row.id) || known.hashes.has(row.tokenHash)) {
        throw new GateFault('store-unusable', 'A session with this id or token exists already.')
      }
      const data = client.write()
      data.sessions.set(row.id, { ...row })
      data.hashes.set(row.tokenHash, row.id)
      if (row.nextToken !== undefined) data.nextHashes.set(row.nextToken.hash, row.id)
    },
    async confirm(id, at, newRenewAt) {
      const row = client.read().sessions.get(id)
      if (row === undefined || row.endedAt !== undefined) return false
      const { authAt, renewAt } = row
      client.write().sessions.set(id, {
        ...row,
        authAt: Math.max(authAt, at),
        renewAt: Math.min(renewAt, newRenewAt),
      })
      return true
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
        forgetSession(client.write(), row)
      }
      return over.length
    },
  }
}

function openSessions(data: MemoryData): readonly SessionRow[] {
  return [...data.sessions.values()]
    .filter((row) => row.endedAt === undefined)
    .sort((a, b) => a.createdAt - b.createdAt)
}

function endOne(data: MemoryData, row: SessionRow, endedAt: number, ended: SessionEnd): void {
  data.sessions.set(row.id, { ...row, endedAt, ended })
}

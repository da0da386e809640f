/** API tokens in memory. No method waits between reading and writing: each is one step. */
import { GateFault } from '../../../kit/fault.ts'
import type { ApiTokenRow, UserId, UserRow } from '../../rows.ts'
import type { ApiTokenStore } from '../../store.ts'
import type { MemoryClient } from './client.ts'
import type { MemoryData } from './data.ts'
import { mustHaveUser } from './known-user.ts'

export function makeTokens(client: MemoryClient): ApiTokenStore {
  return {
    async insert(row) {
      if (row.user !== undefined) mustHaveUser(client, row.user)
      const known = client.read()
      if (known.tokens.has(row.id) || known.tokenHashes.has(row.hash)) {
        throw new GateFault('store-unusable', 'An API token with this id or hash exists already.')
      }
      const data = client.write()
      data.tokens.set(row.id, { ...row })
      data.tokenHashes.set(row.hash, row.id)
    },
    async find(hash) {
      const data = client.read()
      const id = data.tokenHashes.get(hash)
      const token = id === undefined ? undefined : data.tokens.get(id)
      return token && withUser(data, token)
    },
    async list() {
      const data = client.read()
      return [...data.tokens.values()]
        .sort((a, b) => a.createdAt - b.createdAt)
        .map((token) => withUser(data, token))
    },
    async revoke(id, at) {
      const row = client.read().tokens.get(id)
      if (row === undefined || row.revokedAt !== undefined) return false
      client.write().tokens.set(id, { ...row, revokedAt: at })
      return true
    },
    async touch(seen) {
      for (const { id, at } of seen) {
        const row = client.read().tokens.get(id)
        if (row === undefined || (row.lastUsedAt !== undefined && row.lastUsedAt >= at)) continue
        client.write().tokens.set(id, { ...row, lastUsedAt: at })
      }
    },
    async prune(before) {
      const over = [...client.read().tokens.values()].filter(({ expiresAt, revokedAt }) =>
        [expiresAt, revokedAt].some((time) => time !== undefined && time < before),
      )
      for (const { id, hash } of over) {
        const data = client.write()
        data.tokens.delete(id)
        data.tokenHashes.delete(hash)
      }
      return over.length
    },
  }
}

/** Answers how many. */
export function revokeTokensOf(client: MemoryClient, user: UserId, at: number): number {
  const valid = [...client.read().tokens.values()].filter(
    (row) => row.user === user && row.revokedAt === undefined,
  )
  for (const row of valid) client.write().tokens.set(row.id, { ...row, revokedAt: at })
  return valid.length
}

function withUser(data: MemoryData, token: ApiTokenRow): { token: ApiTokenRow; user?: UserRow } {
  const user = token.user === undefined ? undefined : data.users.get(token.user)
  return user === undefined ? { token } : { token, user }
}

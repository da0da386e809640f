/** How a session's token is replaced, in memory. No method waits between reading and writing: each is one step. */
import type { FoundSession, SessionId, SessionRow } from '../../rows.ts'
import type { SessionStore } from '../../store.ts'
import type { MemoryClient } from './client.ts'
import type { MemoryData } from './data.ts'

type TokenStore = Pick<SessionStore, 'find' | 'findByOther' | 'findById' | 'offer' | 'advance'>

export function makeSessionTokens(client: MemoryClient): TokenStore {
  return {
    async find(hash) {
      const data = client.read()
      const id = data.hashes.get(hash)
      return id === undefined ? undefined : findById(data, id)
    },
    async findByOther(hash) {
      const data = client.read()
      const id = data.nextHashes.get(hash)
      const next = id === undefined ? undefined : findById(data, id)
      if (next !== undefined) return { kind: 'next', session: next }
      const replaced = data.replacedTokens.get(hash)
      const session = replaced && findById(data, replaced.session)
      return session && { kind: 'replaced', session, goodUntil: replaced.goodUntil }
    },
    async findById(id) {
      return findById(client.read(), id)
    },
    async offer(id, present, next) {
      const row = client.read().sessions.get(id)
      if (row?.tokenHash !== present || row.endedAt !== undefined) return undefined
      if (row.nextToken !== undefined) return row.nextToken
      const data = client.write()
      data.sessions.set(id, { ...row, nextToken: { ...next } })
      data.nextHashes.set(next.hash, id)
      return next
    },
    async advance(id, next, { formerGoodUntil, renewAt }) {
      const row = client.read().sessions.get(id)
      if (row?.nextToken?.hash !== next || row.endedAt !== undefined) return false
      const data = client.write()
      const { nextToken: _used, ...kept } = row
      data.sessions.set(id, { ...kept, tokenHash: next, renewAt })
      data.hashes.delete(row.tokenHash)
      data.nextHashes.delete(next)
      data.hashes.set(next, id)
      data.replacedTokens.set(row.tokenHash, { session: id, goodUntil: formerGoodUntil })
      return true
    },
  }
}

/** A row and all tokens that it ever had. */
export function forgetSession(data: MemoryData, { id, tokenHash, nextToken }: SessionRow): void {
  data.sessions.delete(id)
  data.hashes.delete(tokenHash)
  if (nextToken !== undefined) data.nextHashes.delete(nextToken.hash)
  for (const [hash, { session }] of data.replacedTokens) if (session === id) data.replacedTokens.delete(hash)
}

function findById(data: MemoryData, id: SessionId): FoundSession | undefined {
  const row = data.sessions.get(id)
  const user = row === undefined || row.account === 'shared' ? undefined : data.users.get(row.account)
  if (row === undefined || user === undefined) return row
  const { roles, attributes } = user
  return { ...row, endowment: { roles, attributes } }
}

/** Failures in a row, in memory. No method waits between reading and writing: each is one step. */
import { decideFailure } from '../../failures.ts'
import { failureKeyOf } from '../../../kit/username.ts'
import type { FailureStore } from '../../store.ts'
import type { MemoryClient } from './client.ts'

export function makeFailures(client: MemoryClient): FailureStore {
  return {
    async take(key, rule, now) {
      const { answer, counted } = decideFailure(client.read().failures.get(key), rule, now)
      if (counted !== undefined) client.write().failures.set(key, { key, ...counted })
      return answer
    },
    async find(key) {
      return client.read().failures.get(key)
    },
    async clear(key) {
      if (!client.read().failures.has(key)) return false
      return client.write().failures.delete(key)
    },
    async prune(most) {
      const { users, failures } = client.read()
      const ofUsers = new Set([...users.values()].map(({ name }) => failureKeyOf(name)))
      const others = [...failures.values()]
        .filter(({ key }) => !ofUsers.has(key))
        .sort((a, b) => b.lastAt - a.lastAt || (a.key < b.key ? -1 : 1))
      const kinds = Map.groupBy(others, ({ key }) => key.slice(0, key.indexOf(':') + 1))
      const over = [...kinds.values()].flatMap((rows) => rows.slice(most))
      for (const { key } of over) client.write().failures.delete(key)
      return over.length
    },
  }
}

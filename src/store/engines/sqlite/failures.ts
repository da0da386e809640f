/** Failures in a row in SQLite. */
import { decideFailure } from '../../failures.ts'
import type { FailureStore } from '../../store.ts'
import type { Connection } from './connection.ts'

export function makeFailures(connection: Connection): FailureStore {
  return {
    async take(key, rule, now) {
      // A refused attempt writes nothing, so a flood of them costs no fsync.
      return connection.transact('durable', ({ findFailures, setFailures }) => {
        const { answer, counted } = decideFailure(findFailures.get(key), rule, now)
        if (counted !== undefined) setFailures.run(key, counted.count, counted.lastAt)
        return answer
      })
    },
    async find(key) {
      const found = connection.run(({ findFailures }) => findFailures.get(key))
      return found && { ...found }
    },
    async clear(key) {
      return connection.run(({ clearFailures }) => clearFailures.run(key)).changes === 1
    },
    async prune(most) {
      const rows = connection.run(({ countFailures }) => countFailures.get()?.rows ?? 0)
      // Sorting them all is worth its time only when there are too many.
      if (rows <= most) return 0
      return connection.transact('cheap', ({ pruneFailures }) => Number(pruneFailures.run(most).changes))
    },
  }
}

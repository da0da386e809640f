/** One client of a memory store: counts its own writes, so that it can tell those of others; refuses after close. */
import { GateFault } from '../../../kit/fault.ts'
import type { MemoryData } from './data.ts'

export interface MemoryClient {
  /** The data, for reading. */
  read(): MemoryData
  /** The data, for a change that really happens. */
  write(): MemoryData
  /** Writes that others made. */
  foreignWrites(): number
  close(): void
}

export function makeMemoryClient(data: MemoryData): MemoryClient {
  let own = 0
  let closed = false
  const read = () => {
    if (closed) throw new GateFault('store-unusable', 'The memory store is closed.')
    return data
  }
  return {
    read,
    write() {
      const open = read()
      own += 1
      open.writes += 1
      return open
    },
    foreignWrites: () => read().writes - own,
    close() {
      closed = true
    },
  }
}

/** Sessions on the memory store, with time in hand, for each test anew. */
import { beforeEach } from 'vitest'
import type { AuditEvent } from '../audit/event.ts'
import { makeMemoryData } from '../store/engines/memory/data.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import type { Store } from '../store/store.ts'
import type { FinishedCeremony } from './finished-ceremony.ts'
import { openSessions, type Sessions } from './sessions.ts'

export const minute = 60_000
export const hour = 60 * minute
export const facts = { address: '192.0.2.7', userAgent: 'Browser/1' }
export const elsewhere = { address: '203.0.113.9', userAgent: 'Other/1' }
// Only a test may write this by hand.
export const finished = {
  account: 'shared',
  passwordAt: 1,
  ceremony: 'c',
  proofKey: { alg: 'ecdsa-p256-sha256', keyid: 'keyid', key: 'key' },
} as FinishedCeremony

export interface SessionsAtHand {
  now: number
  store: Store
  /** Another process on the same database. */
  other: Store
  events: AuditEvent[]
  sessions: Sessions
  /** One more of them. */
  open(on: Pick<Store, 'sessions' | 'changes'>, twoNetworks?: 'record' | 'end'): Sessions
}

export function useSessions(): SessionsAtHand {
  const rig = {} as SessionsAtHand
  const clock = { now: () => rig.now }
  const audit = {
    write: (event: AuditEvent) => {
      rig.events.push(event)
      return Promise.resolve()
    },
  }
  const lifetime = { idleMs: hour, absoluteMs: 24 * hour }
  rig.open = (on, twoNetworks = 'record') => openSessions({ store: on, audit, clock, lifetime, twoNetworks })
  beforeEach(() => {
    const data = makeMemoryData()
    const store = makeMemoryStore(data)
    Object.assign(rig, {
      ...{ now: 1_700_000_000_000, store, other: makeMemoryStore(data), events: [] },
      sessions: rig.open(store),
    })
  })
  return rig
}

/** What is known of a session's last use, and for how many sessions. */
import { expect, it } from 'vitest'
import type { SessionId, SessionRow } from '../store/rows.ts'
import { LastUse } from './last-use.ts'
import { elsewhere, facts, finished, minute, useSessions } from './sample.contract.ts'

const rig = useSessions()
const bySix = { ...elsewhere, address: '2001:db8::1' }

async function usedElsewhere(): Promise<{ uses: LastUse; session: SessionRow }> {
  const { session } = await rig.sessions.issue(finished, facts)
  const uses = new LastUse()
  uses.note(session.id, elsewhere, rig.now)
  return { uses, session }
}

it('the last use counts, and not the login', async () => {
  const { uses, session } = await usedElsewhere()
  const isFrom = (from: typeof facts) => uses.isFrom(session, from, rig.now)
  expect([isFrom(elsewhere), isFrom(facts)]).toEqual([true, false])
})

it('of a session that goes by both versions of IP, either counts, and the one that was left only for some minutes more', async () => {
  const { uses, session } = await usedElsewhere()
  const isFrom = (from: typeof facts) => uses.isFrom(session, from, rig.now)
  rig.now += minute
  uses.note(session.id, bySix, rig.now)
  rig.now += 4 * minute
  expect([isFrom(elsewhere), isFrom(bySix)]).toEqual([true, true])
  rig.now += 1
  expect([isFrom(elsewhere), isFrom(bySix)]).toEqual([false, true])
  // However long ago that was.
  rig.now += 60 * minute
  expect([isFrom(elsewhere), isFrom(bySix)]).toEqual([false, true])
})

it('a login by the other version of IP is forgotten in the same way', async () => {
  const { session } = await rig.sessions.issue(finished, facts)
  const uses = new LastUse()
  rig.now += minute
  uses.note(session.id, bySix, rig.now)
  expect(uses.isFrom(session, facts, rig.now)).toBe(true)
  rig.now += 5 * minute
  expect(uses.isFrom(session, facts, rig.now)).toBe(false)
})

it('of ten thousand sessions it is known, beyond them the one that was idle for longest counts by its login', async () => {
  const { uses, session } = await usedElsewhere()
  const isFrom = (from: typeof facts) => uses.isFrom(session, from, rig.now)
  const fill = (name: string, count: number) => {
    for (let at = 0; at < count; at++) uses.note(`${name}${String(at)}` as SessionId, facts, rig.now)
  }
  fill('a', 9_999)
  expect(isFrom(elsewhere)).toBe(true)
  uses.note(session.id, elsewhere, rig.now)
  fill('b', 9_999)
  expect(isFrom(elsewhere)).toBe(true)
  fill('c', 1)
  expect([isFrom(elsewhere), isFrom(facts)]).toEqual([false, true])
})

it('of a session that is over nothing is known', async () => {
  const { uses, session } = await usedElsewhere()
  uses.forget(session.id)
  expect(uses.isFrom(session, facts, rig.now)).toBe(true)
})

/** What is known of a session's last use, and for how many sessions. */
import { expect, it } from 'vitest'
import type { SessionId, SessionRow } from '../store/rows.ts'
import { LastUse } from './last-use.ts'
import { facts, finished, useSessions } from './sample.contract.ts'

const rig = useSessions()
const elsewhere = { address: '203.0.113.9', userAgent: 'Other/1' }

async function usedElsewhere(): Promise<{ uses: LastUse; session: SessionRow }> {
  const { session } = await rig.sessions.issue(finished, facts)
  const uses = new LastUse()
  uses.note(session.id, elsewhere)
  return { uses, session }
}

it('the last use counts, and not the login', async () => {
  const { uses, session } = await usedElsewhere()
  expect([uses.isFrom(session, elsewhere), uses.isFrom(session, facts)]).toEqual([true, false])
})

it('of ten thousand sessions it is known, beyond them the one that was idle for longest counts by its login', async () => {
  const { uses, session } = await usedElsewhere()
  const fill = (name: string, count: number) => {
    for (let at = 0; at < count; at++) uses.note(`${name}${String(at)}` as SessionId, facts)
  }
  fill('a', 9_999)
  expect(uses.isFrom(session, elsewhere)).toBe(true)
  uses.note(session.id, elsewhere)
  fill('b', 9_999)
  expect(uses.isFrom(session, elsewhere)).toBe(true)
  fill('c', 1)
  expect([uses.isFrom(session, elsewhere), uses.isFrom(session, facts)]).toEqual([false, true])
})

it('of a session that is over nothing is known', async () => {
  const { uses, session } = await usedElsewhere()
  uses.forget(session.id)
  expect(uses.isFrom(session, facts)).toBe(true)
})

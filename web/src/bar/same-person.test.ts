/** Who may have done what waited in a page: only whoever it waited for. */
import { expect, test } from 'vitest'
import { SamePerson } from './same-person.ts'
import type { Seen } from './session-watch.ts'

const times = { idleEndsIn: 1, endsIn: 1 }
const guest: Seen = { kind: 'open', state: { principal: 'guest', ...times } }
const user = (username: string): Seen => ({ kind: 'open', state: { principal: 'user', username, ...times } })

/** `here`: who the gate says is signed in. */
function make(here: Seen) {
  const gate = { here }
  return { gate, person: new SamePerson(() => Promise.resolve(gate.here)) }
}

test('calls that waited for a key go on as the one who lost it, and as nobody else', async () => {
  for (const [who, back, same] of [
    [user('ada'), user('ada'), true],
    [user('ada'), user('bob'), false],
    [user('ada'), guest, false],
    [guest, guest, true],
    [guest, user('ada'), false],
    [user('ada'), { kind: 'ended' }, false],
    [user('ada'), { kind: 'unknown' }, false],
  ] as const) {
    const { gate, person } = make(who)
    person.see(who)
    person.lose()
    gate.here = back
    // The bar may hear of it before the calls do.
    person.see(back)
    expect(await person.isLoser(), JSON.stringify([who, back])).toBe(same)
  }
})

test('a page that lost its key before it saw anybody asks who that was', async () => {
  const { gate, person } = make(user('ada'))
  person.lose()
  await person.isLoser()
  expect(await person.isLoser()).toBe(true)
  gate.here = user('bob')
  expect(await person.isLoser()).toBe(false)
})

test('where nobody can tell who it was, nobody is the same', async () => {
  const { gate, person } = make({ kind: 'unknown' })
  expect(await person.isLoser()).toBe(false)
  person.lose()
  await person.isLoser()
  gate.here = user('ada')
  expect([await person.isLoser(), await person.isSame()]).toEqual([false, false])
})

test('another person is noticed, whatever was seen in between', async () => {
  const { gate, person } = make(user('ada'))
  const seen = [user('ada'), { kind: 'ended' }, user('ada'), { kind: 'unknown' }, user('bob'), guest] as const
  expect(seen.map((one) => person.see(one))).toEqual([false, false, false, false, true, true])
  expect(await person.isSame()).toBe(false)
  gate.here = guest
  expect(await person.isSame()).toBe(true)
})

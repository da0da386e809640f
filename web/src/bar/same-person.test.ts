/** Who may have done what waited in a page: only whoever it waited for. */
import { expect, test } from 'vitest'
import { SamePerson } from './same-person.ts'
import type { Seen } from './session-watch.ts'

const times = { idleEndsIn: 1, endsIn: 1 }
const guest = (id = 'first'): Seen => ({ kind: 'open', state: { id, principal: 'guest', ...times } })
const user = (username: string, id = 'first'): Seen => ({
  kind: 'open',
  state: { id, principal: 'user', username, ...times },
})

/** `here`: who the gate says is signed in; `blips`: how often it doesn't answer before. */
function make(here: Seen) {
  const gate = { here, blips: 0, asked: 0 }
  const ask = () => {
    gate.asked++
    return Promise.resolve<Seen>(gate.blips-- > 0 ? { kind: 'unknown' } : gate.here)
  }
  return { gate, person: new SamePerson(ask, () => Promise.resolve()) }
}

test('calls that waited for a key go on as the one who lost it, and as nobody else', async () => {
  for (const [who, back, same] of [
    [user('ada'), user('ada', 'second'), true],
    [user('ada'), user('bob'), false],
    [user('ada'), guest(), false],
    [guest(), guest(), true],
    // The same shared password, and another session.
    [guest(), guest('second'), false],
    [guest(), user('ada'), false],
    // Whatever somebody is called, no session has that name.
    [user('first'), guest('first'), false],
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
  expect([await person.isLoser(), await person.compare()]).toEqual([false, 'other'])
})

test('another person is noticed, whatever was seen in between', async () => {
  const { gate, person } = make(user('ada'))
  const seen = [
    user('ada'),
    { kind: 'ended' },
    user('ada'),
    { kind: 'unknown' },
    user('bob'),
    guest(),
  ] as const
  expect(seen.map((one) => person.see(one))).toEqual([false, false, false, false, true, true])
  expect(await person.compare()).toBe('other')
  gate.here = guest()
  expect(await person.compare()).toBe('same')
})

test('another session of the shared password is another person, a user’s is not', async () => {
  for (const [of, is] of [
    [guest, 'other'],
    [(id: string) => user('ada', id), 'same'],
  ] as const) {
    const { gate, person } = make(of('first'))
    person.see(of('first'))
    gate.here = of('second')
    expect([await person.compare(), person.see(of('second'))]).toEqual([is, is === 'other'])
  }
})

test('a gate that does not answer for a moment is asked again, and makes nobody another person', async () => {
  const { gate, person } = make(user('ada'))
  person.see(user('ada'))
  gate.blips = 2
  expect(await person.compare()).toBe('same')
  person.lose()
  gate.blips = 2
  expect(await person.isLoser()).toBe(true)
  gate.blips = 2
  gate.here = user('bob')
  expect(await person.compare()).toBe('other')
})

test.each<[Seen['kind'], Seen]>([
  ['unknown', { kind: 'unknown' }],
  ['ended', { kind: 'ended' }],
])('where nobody is seen in the place of whoever was, nobody can tell: %s', async (kind, seen) => {
  const { gate, person } = make(seen)
  person.see(user('ada'))
  expect(await person.compare()).toBe('unknown')
  // Who is signed out is known at once.
  expect(gate.asked > 1).toBe(kind === 'unknown')
})

/** Signing in by name: with the real engine, and everybody who can't. */
import { beforeEach, describe, expect, it } from 'vitest'
import {
  type LoginRig,
  useLoginRig,
  bobsPassword,
  cookiesOf,
  failed,
  instance,
  knock,
} from '../../test/rig/login-rig.ts'
import { bluff, nameOf, newPassword, password, prove, stranger, valueOf } from '../../test/rig/login-rig.ts'
import type { UserId } from '../store/rows.ts'
import { cookieNames } from '../sessions/cookie.ts'
import { failureKeyOf } from '../kit/username.ts'

const names = cookieNames(instance)
const bobsKey = failureKeyOf(nameOf('bob'))

let rig: LoginRig
useLoginRig((made) => (rig = made))

const start = (typed: string, username?: string) => rig.start(typed, stranger, rig.ceremony, username)
/** A proof of nothing for an attempt that has begun. */
const bluffWith = (state: string) => rig.ceremony.finish(bluff(state), stranger)

describe('a user who knows the password', () => {
  it('gets a session in their own name', async () => {
    const { session, setCookies } = await rig.signIn(stranger, bobsPassword, 'bob')
    expect(session).toMatchObject({ account: rig.bob.id, username: 'bob', passwordAt: 3 })
    expect(setCookies).toHaveLength(2)
    expect(rig.kinds()).toEqual(['login.started', 'login.succeeded'])
    expect(rig.events).toMatchObject([
      { asker: { principal: 'nobody', username: 'bob', address: '192.0.2.1' } },
      { asker: { principal: 'user', username: 'bob', session: session.id } },
    ])
    expect(await rig.store.users.find(rig.bob.id)).toMatchObject({ lastLoginAt: rig.now })
  })

  it.each([' Bob', 'BOB ', 'ｂｏｂ'])('may type the name as %j', async (typed) => {
    expect((await rig.signIn(stranger, bobsPassword, typed)).session.username).toBe('bob')
  })

  it('is told the identities that the password is bound to, and can’t use it for another account', async () => {
    const begun = await start(bobsPassword, 'bob')
    expect(begun.answer.identifiers).toEqual({ client: 'user:bob', server: instance })
    expect(prove(await start(bobsPassword))).toBeUndefined()
    expect(prove(await start(password, 'bob'))).toBeUndefined()
    expect(prove(await start(bobsPassword, 'guest'))).toBeUndefined()
  })
})

describe('nobody else', () => {
  const carol = {
    id: 'carolcarolca' as UserId,
    name: nameOf('carol'),
    createdAt: 1,
    roles: [],
    attributes: {},
  }
  beforeEach(async () => {
    await rig.store.users.insert(carol)
    await rig.store.users.insert({ ...carol, id: 'davedavedave' as UserId, name: nameOf('dave') })
    await rig.store.users.disable('davedavedave' as UserId, 2)
  })

  it.each([
    ['somebody with a wrong password', 'bob', 'wrong-proof'],
    ['a name that nobody has', 'mallory', 'user-unknown'],
    ['a user who has not joined yet', 'carol', 'no-password-set'],
    ['a disabled user', 'dave', 'user-disabled'],
  ])('gets more than the one answer: %s', async (_, username, why) => {
    const { answer } = await start('any guess of a stranger', username)
    expect(prove(await start('any guess of a stranger', username))).toBeUndefined()
    expect(await bluffWith(answer.state)).toEqual(failed(why))
    rig.now += 60_000
    await rig.ceremony.review()
    const asker = { principal: 'nobody', username }
    expect(rig.events).toMatchObject([
      { kind: 'login.started', asker },
      { kind: 'login.started', asker },
      { kind: 'login.refused', asker, why },
      { kind: 'login.abandoned', asker },
    ])
  })

  it('shows in the shape of an answer: not in its fields, nor in their length', async () => {
    const shapes = await Promise.all(
      ['bob', 'car', 'mal', 'dave', 'nobody-of-that-name-at-all'].map(async (username) => {
        const { answer } = await start('any guess of a stranger', username)
        const { loginResponse, state, identifiers } = answer
        const lengths = [loginResponse.length, state.length, identifiers.client.length - username.length]
        return JSON.stringify([Object.keys(answer), lengths])
      }),
    )
    expect(new Set(shapes).size).toBe(1)
  })

  it('gets in with a proof for a user who was disabled in the middle', async () => {
    const proof = prove(await start(bobsPassword, 'bob'))
    await rig.other.users.disable(rig.bob.id, rig.now)
    expect(await rig.ceremony.finish(proof, stranger)).toEqual(failed('user-disabled'))
    expect(await rig.store.sessions.listOpen()).toEqual([])
  })

  it('gets in with a proof for a user who was removed in the middle', async () => {
    const proof = prove(await start(bobsPassword, 'bob'))
    await rig.other.users.remove(rig.bob.id, rig.now)
    expect(await rig.ceremony.finish(proof, stranger)).toEqual(failed('user-unknown'))
  })

  it('gets in when the user was disabled at the very last step', async () => {
    const overtaken = rig.make({
      sessions: {
        ...{ find: rig.sessions.find.bind(rig.sessions), end: rig.sessions.end.bind(rig.sessions) },
        issue: async (finished, facts) => {
          await rig.other.users.disable(rig.bob.id, rig.now)
          return rig.sessions.issue(finished, facts)
        },
      },
    })
    const proof = prove(await rig.start(bobsPassword, stranger, overtaken, 'bob'))
    expect(await overtaken.finish(proof, stranger)).toEqual(failed('user-disabled'))
    expect(await rig.store.sessions.listOpen()).toEqual([])
    expect(rig.events.at(-2)).toMatchObject({ kind: 'session.ended', why: 'user-disabled' })
  })

  it.each(['', 'no spaces', '-dash', 'x'.repeat(65), 'x'.repeat(300), 'naïve', 'a/b', 7, null])(
    'can have %j for a name: it is refused like a wrong password',
    async (username) => {
      const body = { ...knock('any guess').body, username }
      expect(await rig.ceremony.start(body, stranger)).toEqual(failed('malformed'))
    },
  )
})

describe('failures in a row', () => {
  const countOf = async () => (await rig.store.failures.find(bobsKey))?.count ?? 0

  it('are counted at the start, for names that nobody has too, and forgotten after a success', async () => {
    await start('wrong', 'bob')
    await start('wrong', 'mallory')
    expect(await countOf()).toBe(1)
    expect(await rig.store.failures.find(failureKeyOf(nameOf('mallory')))).toMatchObject({ count: 1 })
    await rig.signIn(stranger, bobsPassword, 'bob')
    expect(await countOf()).toBe(0)
  })

  it('of a user don’t touch the shared password, nor the other way round', async () => {
    await rig.signIn()
    await start('wrong')
    expect(await countOf()).toBe(0)
  })

  it('wait longer and longer, and end at exactly 80, on record once', async () => {
    let tries = 0
    const waits: number[] = []
    for (let asked = 0; asked < 400; asked++) {
      const answer = await rig.ceremony.start(knock('wrong', 'bob').body, stranger)
      if (answer.kind === 'started') tries++
      else waits.push(answer.retryAfter ?? 0)
      rig.now += (answer.kind === 'started' ? 10 : (answer.retryAfter ?? 0)) * 1000
    }
    expect(tries).toBe(80)
    expect(waits.slice(0, 7)).toEqual([20, 50, 110, 230, 470, 890, 890])
    expect(new Set(waits.slice(7, 70))).toEqual(new Set([890]))
    // The way it always is: an attempt that waits, and the same words.
    expect(await rig.ceremony.start(knock('wrong', 'bob').body, stranger)).toEqual({
      kind: 'refusal',
      code: 'login-paced',
      because: { bucket: 'account' },
      retryAfter: 900,
    })
    expect(rig.events.filter(({ kind }) => kind === 'login.locked')).toMatchObject([
      { failures: 80, asker: { principal: 'nobody', username: 'bob' } },
    ])
    expect(await rig.ceremony.start(knock(bobsPassword, 'bob').body, stranger)).toMatchObject({
      code: 'login-paced',
    })
    await rig.store.failures.clear(bobsKey)
    rig.now += 10_000
    expect((await rig.signIn(stranger, bobsPassword, 'bob')).kind).toBe('signed-in')
  }, 20_000)

  it('look the same for a name that nobody has', async () => {
    const answersFor = async (username: string) => {
      const answers = []
      for (let n = 0; n < 30; n++) {
        const answer = await rig.ceremony.start(knock('wrong', username).body, stranger)
        answers.push(answer.kind === 'started' ? 'started' : answer)
        rig.now += 30_000
      }
      return answers
    }
    expect(await answersFor('mallory')).toEqual(await answersFor('bob'))
  })
})

describe('a browser that is known for the account’s present password', () => {
  const known = (cookies: string) => ({
    ...stranger,
    cookies: `${names.known}=${valueOf(cookies, names.known)}`,
  })
  const lock = () => rig.lock('bob')

  it('gets in while strangers are locked out, and clears their count', async () => {
    const asker = known(cookiesOf(await rig.signIn(stranger, bobsPassword, 'bob')))
    await lock()
    expect(await rig.ceremony.start(knock(bobsPassword, 'bob').body, stranger)).toMatchObject({
      code: 'login-paced',
    })
    expect((await rig.signIn(asker, bobsPassword, 'bob')).kind).toBe('signed-in')
    expect(await rig.store.failures.find(bobsKey)).toBeUndefined()
    await lock()
    // It has another cookie now; with a copy of the former one everybody is a stranger.
    expect(await rig.ceremony.start(knock('wrong', 'bob').body, asker)).toMatchObject({
      because: { bucket: 'account' },
    })
  })

  it('has a count of its own, and is a stranger’s where that has it wait, and when it is used up', async () => {
    const asker = known(cookiesOf(await rig.signIn(stranger, bobsPassword, 'bob')))
    const tryWrong = () => rig.ceremony.start(knock('wrong', 'bob').body, asker)
    for (let n = 0; n < 5; n++) expect((await tryWrong()).kind).toBe('started')
    expect(await rig.store.failures.find(bobsKey)).toBeUndefined()
    expect((await tryWrong()).kind).toBe('started')
    expect(await rig.store.failures.find(bobsKey)).toMatchObject({ count: 1 })
    await rig.store.failures.clear(bobsKey)
    await lock()
    for (let n = 0; n < 5; n++) {
      expect((await tryWrong()).kind).toBe('started')
      rig.now += 900_000
    }
    // Nobody is locked out by what one browser did.
    expect(rig.events.filter(({ kind }) => kind === 'login.locked')).toEqual([])
    expect(await tryWrong()).toMatchObject({ code: 'login-paced', retryAfter: 900 })
  })

  it('is nobody special to another account, to the shared password, or after a change of password', async () => {
    const bobs = known(cookiesOf(await rig.signIn(stranger, bobsPassword, 'bob')))
    const guests = known(cookiesOf(await rig.signIn()))
    await rig.lock('mallory')
    await lock()
    const paced = { code: 'login-paced', because: { bucket: 'account' } }
    expect(await rig.ceremony.start(knock('wrong', 'mallory').body, bobs)).toMatchObject(paced)
    expect(await rig.ceremony.start(knock('wrong', 'bob').body, guests)).toMatchObject(paced)
    await rig.setBobsPassword(newPassword)
    expect(await rig.ceremony.start(knock('wrong', 'bob').body, bobs)).toMatchObject(paced)
    for (let n = 0; n < 10; n++) await rig.ceremony.start('nonsense', stranger)
    expect(await rig.ceremony.start(knock('wrong').body, bobs)).toMatchObject({
      code: 'login-paced',
      because: { bucket: 'stranger' },
    })
  })

  it('may be several people’s: each stays known', async () => {
    const first = cookiesOf(await rig.signIn(stranger, bobsPassword, 'bob'))
    const both = known(cookiesOf(await rig.signIn({ ...stranger, cookies: first })))
    await lock()
    expect((await rig.signIn(both, bobsPassword, 'bob')).kind).toBe('signed-in')
    for (let n = 0; n < 10; n++) await rig.ceremony.start('nonsense', stranger)
    expect((await rig.signIn(both)).kind).toBe('signed-in')
  })
})

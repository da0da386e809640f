/** The login from first message to cookie, with the real engine, and every way it ends without one. */
import { describe, expect, it } from 'vitest'
import {
  type LoginRig,
  useLoginRig,
  cookiesOf,
  failed,
  otherPassword,
  password,
  bluff,
  prove,
  stranger,
  valueOf,
} from '../../test/rig/login-rig.ts'
import { cookieNames } from '../sessions/cookie.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import type { SignedIn } from './ceremony.ts'
import { makeKeyRing } from './key.ts'

const names = cookieNames('abcd2345')

let rig: LoginRig
useLoginRig((made) => (rig = made))

describe('somebody who knows the password', () => {
  it('gets a session and a cookie for it', async () => {
    const signedIn = await rig.signIn()
    const token = valueOf(cookiesOf(signedIn), names.session)
    expect(await rig.sessions.find(token, rig.now)).toMatchObject({
      state: 'active',
      session: {
        id: signedIn.session.id,
        account: 'shared',
        passwordAt: 1,
        address: '192.0.2.1',
        userAgent: 'Browser/1',
      },
    })
    for (const cookie of signedIn.setCookies) {
      expect(cookie).toMatch(/^__Host-sekisho-.*; Path=\/; HttpOnly; Secure; SameSite=Lax(; Max-Age=\d+)?$/)
    }
    expect(rig.kinds()).toEqual(['login.started', 'login.succeeded'])
    expect(rig.events[1]).toMatchObject({ asker: { principal: 'guest', session: signedIn.session.id } })
  })

  it('gets cookies that the browser takes where the operator accepted plain http', async () => {
    const asker = { ...stranger, at: { scheme: 'http', host: '192.0.2.9:8484' } } as const
    const { setCookies, session } = await rig.signIn(asker)
    expect(setCookies[0]).toMatch(/^sekisho-abcd2345=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/)
    const cookies = cookiesOf({ setCookies })
    await rig.signIn({ ...asker, cookies })
    expect((await rig.store.sessions.find(session.tokenHash))?.ended).toBe('logout')
  })

  it('leaves no token, proof or state in the log', async () => {
    const begun = await rig.start()
    const proof = prove(begun)
    const signedIn = await rig.ceremony.finish(proof, stranger)
    const token = valueOf(cookiesOf(signedIn as SignedIn), names.session)
    await rig.ceremony.finish(proof, stranger)
    for (const secret of [token, begun.answer.state, proof?.finishLoginRequest ?? '?', password]) {
      expect(JSON.stringify(rig.events)).not.toContain(secret)
    }
  })

  it('gets a new token each time, and the former session of the browser ends', async () => {
    const first = await rig.signIn()
    const cookies = cookiesOf(first)
    const second = await rig.signIn({ ...stranger, cookies })
    const former = valueOf(cookies, names.session)
    expect(valueOf(cookiesOf(second), names.session)).not.toBe(former)
    expect(await rig.sessions.find(former, rig.now)).toMatchObject({ state: 'ended', why: 'logout' })
    // Before there is a new one.
    const kinds = rig.events.map(({ kind }) => kind).filter((kind) => /^session|succeeded$/.test(kind))
    expect(kinds).toEqual(['login.succeeded', 'session.ended', 'login.succeeded'])
  })

  it('is not given a token that the browser brought along', async () => {
    const chosen = 'A'.repeat(43)
    const signedIn = await rig.signIn({ ...stranger, cookies: `${names.session}=${chosen}` })
    expect(cookiesOf(signedIn)).not.toContain(chosen)
    expect(await rig.sessions.find(chosen, rig.now)).toEqual({ state: 'unknown' })
  })

  it('may begin at one gate process and end at another', async () => {
    const second = rig.make({
      store: rig.other,
      sessions: rig.openSessions(rig.other),
    })
    const proof = prove(await rig.start())
    expect((await second.finish(proof, stranger)).kind).toBe('signed-in')
    expect(await rig.ceremony.finish(proof, stranger)).toEqual(failed('reused'))
    rig.now += 61_000
    await rig.ceremony.review()
    expect(rig.kinds()).not.toContain('login.abandoned')
  })
})

describe('somebody who does not', () => {
  it('learns nothing from the first answer but that the proof can’t be made', async () => {
    const wrong = await rig.start('seven sleepy heron')
    const right = await rig.start()
    expect(prove(wrong)).toBeUndefined()
    expect(Object.keys(wrong.answer)).toEqual(Object.keys(right.answer))
    expect(wrong.answer.loginResponse.length).toBe(right.answer.loginResponse.length)
  })

  it('is on record as having begun, and a minute later as never having come back', async () => {
    await rig.start('seven sleepy heron')
    rig.now += 59_999
    await rig.ceremony.review()
    expect(rig.kinds()).toEqual(['login.started'])
    rig.now += 1
    await rig.ceremony.review()
    await rig.ceremony.review()
    expect(rig.kinds()).toEqual(['login.started', 'login.abandoned'])
    const [began, abandoned] = rig.events
    expect(abandoned).toMatchObject({ ceremony: began?.kind === 'login.started' ? began.ceremony : '' })
  })

  it('gets one and the same refusal for everything', async () => {
    const outcomes: unknown[] = []
    const finish = async (body: unknown) => {
      const { code, kind } = (await rig.ceremony.finish(body, stranger)) as { code?: string; kind: string }
      outcomes.push({ kind, code })
    }
    const begun = await rig.start('seven sleepy heron')
    await finish(bluff(begun.answer.state))
    await finish(bluff(begun.answer.state))
    await finish(bluff('forged'))
    await finish({ ...bluff(begun.answer.state), finishLoginRequest: 'short' })
    const late = prove(await rig.start())
    rig.now += 60_000
    await finish(late)
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1)
    expect(outcomes[0]).toEqual({ kind: 'refusal', code: 'login-failed' })
    const whys = rig.whys()
    expect(whys).toEqual(['wrong-proof', 'reused', 'forged', 'malformed', 'expired'])
  })

  it('cannot use the proof of one login with the state of another', async () => {
    const one = prove(await rig.start())
    const two = prove(await rig.start())
    expect(await rig.ceremony.finish({ ...one, state: two?.state }, stranger)).toEqual(failed('wrong-proof'))
  })

  it('cannot tell that no password is set', async () => {
    const empty = rig.make({ store: makeMemoryStore() })
    const begun = await rig.start(password, stranger, empty)
    const real = await rig.start()
    expect(begun.answer.loginResponse.length).toBe(real.answer.loginResponse.length)
    expect(prove(begun)).toBeUndefined()
    const body = bluff(begun.answer.state)
    expect(await empty.finish(body, stranger)).toEqual(failed('no-password-set'))
  })
})

describe('a state', () => {
  it('is good for one try, of two at once too', async () => {
    const proof = prove(await rig.start())
    const both = await Promise.all([
      rig.ceremony.finish(proof, stranger),
      rig.ceremony.finish(proof, stranger),
    ])
    expect(both.map((one) => one.kind).sort()).toEqual(['refusal', 'signed-in'])
    expect(rig.whys().at(-1)).toBe('reused')
  })

  it('is spent by a wrong proof', async () => {
    const proof = prove(await rig.start())
    await rig.ceremony.finish(bluff(proof?.state), stranger)
    expect(await rig.ceremony.finish(proof, stranger)).toEqual(failed('reused'))
  })

  it('is still spent after the list of spent ones was cleared of old entries', async () => {
    const proof = prove(await rig.start())
    await rig.ceremony.finish(proof, stranger)
    rig.now += 59_999
    await rig.store.spent.prune(rig.now)
    expect(await rig.ceremony.finish(proof, stranger)).toEqual(failed('reused'))
  })

  it('lasts sixty seconds', async () => {
    const early = prove(await rig.start())
    rig.now += 59_999
    expect((await rig.ceremony.finish(early, stranger)).kind).toBe('signed-in')
    const late = prove(await rig.start())
    rig.now += 60_000
    expect(await rig.ceremony.finish(late, stranger)).toEqual(failed('expired'))
  })

  it('is worth nothing to another instance with the same key, or to another key', async () => {
    const proof = prove(await rig.start())
    expect(await rig.make({ instance: 'zzzz2345' }).finish(proof, stranger)).toEqual(failed('forged'))
    expect(await rig.make({ keys: await makeKeyRing() }).finish(proof, stranger)).toEqual(failed('forged'))
  })
})

describe('a password that changes in the middle', () => {
  it('of a login voids it', async () => {
    const proof = prove(await rig.start())
    await rig.other.passwords.set(rig.otherRow)
    expect(await rig.ceremony.finish(proof, stranger)).toEqual(failed('expired'))
    expect(await rig.store.sessions.listOpen()).toEqual([])
    expect(rig.kinds()).toEqual(['login.started', 'login.refused'])
  })

  it('of the very last step leaves no session of the old one', async () => {
    // The change comes after the proof was checked and before the session is written.
    const overtaken = rig.make({
      sessions: {
        ...{ find: rig.sessions.find.bind(rig.sessions), end: rig.sessions.end.bind(rig.sessions) },
        issue: async (finished, facts) => {
          await rig.other.passwords.set(rig.otherRow)
          return rig.sessions.issue(finished, facts)
        },
      },
    })
    const proof = prove(await rig.start(password, stranger, overtaken))
    expect(await overtaken.finish(proof, stranger)).toEqual(failed('expired'))
    expect(await rig.store.sessions.listOpen()).toEqual([])
    expect(rig.kinds()).not.toContain('login.succeeded')
  })

  it('lets only the new one in afterwards', async () => {
    await rig.other.passwords.set(rig.otherRow)
    expect(prove(await rig.start())).toBeUndefined()
    expect((await rig.signIn(stranger, otherPassword)).kind).toBe('signed-in')
  })
})

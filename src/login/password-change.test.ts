/** Changing one's own password: the current one is proved first, once, in this session. */
import { describe, expect, it, vi } from 'vitest'
import {
  type LoginRig,
  useLoginRig,
  beginRegistration,
  bobsPassword,
  cookiesOf,
} from '../../test/rig/login-rig.ts'
import { failed, instance, knock, makeRecord, nameOf, newPassword } from '../../test/rig/login-rig.ts'
import { prove, proveOnly, stranger, valueOf } from '../../test/rig/login-rig.ts'
import type { PasswordProved } from '../contract/contract.ts'
import { cookieNames } from '../sessions/cookie.ts'
import type { UserId } from '../store/rows.ts'
import type { UserSession } from './password-change.ts'
import { registerPassword } from './register.ts'

// New passwords are stretched as in earnest, by several workers at once on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const names = cookieNames(instance)

let rig: LoginRig
useLoginRig((made) => (rig = made))

async function signInBob(asker = stranger, typed = bobsPassword) {
  const signedIn = await rig.signIn(asker, typed, 'bob')
  return { session: signedIn.session as UserSession, cookies: cookiesOf(signedIn) }
}

async function begin(session: UserSession, typed = bobsPassword, asker = stranger) {
  const knocked = knock(typed)
  const started = await rig.passwordChange.start(knocked.body, session, asker)
  if (started.kind === 'refusal') throw new TypeError(`refused: ${started.code}`)
  return { ...knocked, answer: started.answer }
}

async function proveCurrent(session: UserSession, typed = newPassword) {
  const begun = beginRegistration(typed)
  const proof = proveOnly(await begin(session))
  const proved = await rig.passwordChange.prove(
    { ...proof, registrationRequest: begun.registrationRequest },
    session,
    stranger,
  )
  if (proved.kind === 'refusal') throw new TypeError(`refused: ${proved.code}`)
  return { ticket: proved.answer.ticket, registrationRecord: recordOf(begun, proved.answer) }
}

const recordOf = (begun: ReturnType<typeof beginRegistration>, answer: PasswordProved) =>
  makeRecord(begun, answer, answer.stretching)

describe('a user who knows the current password', () => {
  it('sets a new one; every session of the account is over, and nobody else’s', async () => {
    const { session, cookies } = await signInBob()
    await signInBob()
    const guest = await rig.signIn()
    const cut: string[] = []
    rig.sessions.watch(session, (why) => void cut.push(why))
    await rig.lock('bob')
    const changed = await rig.passwordChange.set(await proveCurrent(session), session, {
      ...stranger,
      cookies,
    })
    expect(changed.kind).toBe('changed')
    expect(cut).toEqual(['password-changed'])
    expect((await rig.store.sessions.listOpen()).map(({ id }) => id)).toEqual([guest.session.id])
    expect(rig.events.at(-1)).toMatchObject({
      kind: 'password.changed',
      asker: { principal: 'user', username: 'bob', session: session.id },
      user: { id: rig.bob.id, name: 'bob' },
      sessionsEnded: 2,
    })
    const fresh = await signInBob(stranger, newPassword)
    expect(fresh.session.passwordAt).toBe(rig.now)
    expect(proveOnly(await rig.start(bobsPassword, stranger, rig.ceremony, 'bob'))).toBeUndefined()
  })

  it('gets a browser that is known for the new password, and no session of the old one', async () => {
    const { session } = await signInBob()
    const changed = await rig.passwordChange.set(await proveCurrent(session), session, stranger)
    if (changed.kind === 'refusal') throw new TypeError(changed.code)
    const cookies = cookiesOf(changed)
    expect(changed.setCookies[0]).toMatch(/^__Host-sekisho-abcd2345=; .*Max-Age=0$/)
    await rig.lock('bob')
    const known = { ...stranger, cookies: `${names.known}=${valueOf(cookies, names.known)}` }
    expect((await signInBob(known, newPassword)).session.username).toBe('bob')
  })

  it('reads the rules for their own name', async () => {
    const { session } = await signInBob()
    expect(rig.passwordChange.rules(session).siteWords).toEqual(['bob'])
  })
})

describe('somebody with a stolen session', () => {
  it('can’t change the password without the current one, and is on record', async () => {
    const { session } = await signInBob()
    const begun = await begin(session, 'a wrong guess at it')
    expect(proveOnly(begun)).toBeUndefined()
    const { registrationRequest } = beginRegistration(newPassword)
    const bluff = { finishLoginRequest: 'A'.repeat(86), state: begun.answer.state, registrationRequest }
    expect(await rig.passwordChange.prove(bluff, session, stranger)).toEqual(failed('wrong-proof'))
    expect(await rig.passwordChange.prove(bluff, session, stranger)).toEqual(failed('reused'))
    await begin(session, 'another wrong guess')
    rig.now += 60_000
    await rig.passwordChange.review()
    const asker = { principal: 'user', session: session.id }
    expect(rig.events.slice(2)).toMatchObject([
      { kind: 'login.started', asker },
      { kind: 'login.refused', why: 'wrong-proof', asker },
      { kind: 'login.refused', why: 'reused', asker },
      { kind: 'login.started', asker },
      { kind: 'login.abandoned', asker },
    ])
  })

  it('is on record from where they type, whoever signed in', async () => {
    const { session } = await signInBob()
    const thief = { ...stranger, address: '198.51.100.7', userAgent: 'Browser/2' }
    const from = { address: thief.address, userAgent: thief.userAgent }
    const typing = rig.events.length
    const proof = proveOnly(await begin(session, bobsPassword, thief))
    const begun = beginRegistration(newPassword)
    const message = { ...proof, registrationRequest: begun.registrationRequest }
    const proved = await rig.passwordChange.prove(message, session, thief)
    if (proved.kind === 'refusal') throw new TypeError(proved.code)
    const { ticket } = proved.answer
    const body = { ticket, registrationRecord: recordOf(begun, proved.answer) }
    await rig.passwordChange.prove(message, session, thief)
    await rig.passwordChange.set({ ...body, ticket: 'AAAA' }, session, thief)
    await rig.passwordChange.start(knock('a wrong guess').body, session, thief)
    rig.now += 60_000
    await rig.passwordChange.review()
    await rig.passwordChange.set(body, session, thief)
    const asker = { principal: 'user', username: 'bob', session: session.id, ...from }
    expect(rig.events.slice(typing)).toMatchObject([
      { kind: 'login.started', asker },
      { kind: 'login.refused', why: 'reused', asker },
      { kind: 'login.refused', why: 'forged', asker },
      { kind: 'login.started', asker },
      { kind: 'login.abandoned', asker },
      { kind: 'login.refused', why: 'expired', asker },
    ])
    const again = await proveCurrent(session)
    await rig.passwordChange.set(again, session, thief)
    expect(rig.events.at(-1)).toMatchObject({ kind: 'password.changed', asker })
  })

  it('gets exactly 100 guesses, with longer and longer waits, and keeps nobody else waiting', async () => {
    const { session } = await signInBob()
    let tries = 0
    let last: unknown
    for (let asked = 0; asked < 400; asked++) {
      const answer = await rig.passwordChange.start(knock('a wrong guess').body, session, stranger)
      if (answer.kind === 'refusal') last = answer
      else tries++
      rig.now += (answer.kind === 'refusal' ? (answer.retryAfter ?? 0) : 10) * 1000
    }
    expect(tries).toBe(100)
    expect(last).toMatchObject({ code: 'login-paced', because: { bucket: 'session' }, retryAfter: 900 })
    expect(rig.events.filter(({ kind }) => kind === 'login.locked')).toMatchObject([
      { failures: 100, asker: { principal: 'user', session: session.id } },
    ])
    expect((await signInBob()).session.username).toBe('bob')
  }, 20_000)

  it('starts a new count after a success', async () => {
    const { session } = await signInBob()
    for (let n = 0; n < 4; n++) await begin(session, 'a wrong guess')
    await proveCurrent(session)
    expect(await rig.store.failures.find(`session:${session.id}`)).toBeUndefined()
  })
})

describe('a proof', () => {
  it('for a change opens no session, and one for a login sets no password', async () => {
    const { session } = await signInBob()
    const forChange = prove(await begin(session))
    expect(await rig.ceremony.finish(forChange, stranger)).toEqual(failed('forged'))
    const forLogin = proveOnly(await rig.start(bobsPassword, stranger, rig.ceremony, 'bob'))
    const { registrationRequest } = beginRegistration(newPassword)
    expect(await rig.passwordChange.prove({ ...forLogin, registrationRequest }, session, stranger)).toEqual(
      failed('forged'),
    )
  })

  it('is good in the session that it was begun in', async () => {
    const { session } = await signInBob()
    const { session: other } = await signInBob()
    const proof = proveOnly(await begin(session))
    const { registrationRequest } = beginRegistration(newPassword)
    expect(await rig.passwordChange.prove({ ...proof, registrationRequest }, other, stranger)).toEqual(
      failed('forged'),
    )
  })

  it('lasts a minute', async () => {
    const { session } = await signInBob()
    const proof = proveOnly(await begin(session))
    const { registrationRequest } = beginRegistration(newPassword)
    rig.now += 60_000
    expect(await rig.passwordChange.prove({ ...proof, registrationRequest }, session, stranger)).toEqual(
      failed('expired'),
    )
  })
})

describe('a ticket', () => {
  const set = (body: unknown, session: UserSession) => rig.passwordChange.set(body, session, stranger)

  it('is good once, of two at once too', async () => {
    const { session } = await signInBob()
    const body = await proveCurrent(session)
    const both = await Promise.all([set(body, session), set(body, session)])
    expect(both.map(({ kind }) => kind).sort()).toEqual(['changed', 'refusal'])
    expect(rig.events.filter(({ kind }) => kind === 'password.changed')).toHaveLength(1)
  })

  it('is good for a minute, in its own session, and never forged', async () => {
    const { session } = await signInBob()
    const { session: other } = await signInBob()
    const body = await proveCurrent(session)
    expect(await set(body, other)).toEqual(failed('forged'))
    expect(await set({ ...body, ticket: 'AAAA' }, session)).toEqual(failed('forged'))
    const { answer } = await rig.start(bobsPassword, stranger, rig.ceremony, 'bob')
    expect(await set({ ...body, ticket: answer.state }, session)).toEqual(failed('forged'))
    rig.now += 60_000
    expect(await set(body, session)).toEqual(failed('expired'))
    expect(await rig.store.passwords.find(rig.bob.id)).toEqual(rig.bobsRow)
  })

  it('is worth nothing once the password it was got with is gone', async () => {
    const { session } = await signInBob()
    const body = await proveCurrent(session)
    await rig.other.passwords.remove(rig.bob.id, rig.now, 'user-reset')
    expect(await set(body, session)).toEqual(failed('expired'))
    expect(await rig.store.passwords.find(rig.bob.id)).toBeUndefined()
  })

  it('is worth nothing after the user was disabled', async () => {
    const { session } = await signInBob()
    const body = await proveCurrent(session)
    await rig.other.users.disable(rig.bob.id, rig.now)
    expect(await set(body, session)).toEqual(failed('expired'))
  })

  it('is not given to the session of another user with the same password', async () => {
    const carol = {
      id: 'carolcarolca' as UserId,
      name: nameOf('carol'),
      createdAt: 1,
      roles: [],
      attributes: {},
    }
    await rig.store.users.insert(carol)
    const registration = { keys: rig.keys, instance, now: 5, user: carol }
    await rig.store.passwords.set(
      await registerPassword(bobsPassword, {
        ...registration,
        stretching: { memory: 8, iterations: 1, parallelism: 1 },
      }),
    )
    const { session: bobs } = await signInBob()
    const carols = (await rig.signIn(stranger, bobsPassword, 'carol')).session as UserSession
    expect(await set(await proveCurrent(carols), bobs)).toEqual(failed('forged'))
    const proof = proveOnly(await begin(carols))
    const { registrationRequest } = beginRegistration(newPassword)
    expect(await rig.passwordChange.prove({ ...proof, registrationRequest }, bobs, stranger)).toEqual(
      failed('forged'),
    )
  })

  it('sets no record that is none', async () => {
    const { session } = await signInBob()
    const { ticket } = await proveCurrent(session)
    const registrationRecord = Buffer.alloc(192, 255).toString('base64url')
    expect(await set({ ticket, registrationRecord }, session)).toMatchObject({ code: 'body-invalid' })
    expect(await rig.store.passwords.find(rig.bob.id)).toEqual(rig.bobsRow)
  })
})

describe('what is no message', () => {
  it.each([undefined, null, 1, '', [], {}, { startLoginRequest: 'short' }])(
    'is refused: %j',
    async (body) => {
      const { session } = await signInBob()
      const {
        start,
        prove: proveIt,
        set,
      } = {
        start: await rig.passwordChange.start(body, session, stranger),
        prove: await rig.passwordChange.prove(body, session, stranger),
        set: await rig.passwordChange.set(body, session, stranger),
      }
      for (const answer of [start, proveIt, set]) expect(answer).toMatchObject({ code: 'body-invalid' })
    },
  )
})

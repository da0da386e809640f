/** Joining by invitation, with the real engine: what uses an invitation up, and what doesn't. */
import { describe, expect, it, vi } from 'vitest'
import {
  type LoginRig,
  useLoginRig,
  beginRegistration,
  bobsPassword,
  instance,
} from '../../test/rig/login-rig.ts'
import { makeRecord, nameOf, newPassword, prove, stranger } from '../../test/rig/login-rig.ts'
import { defaultStretching } from '../contract/contract.ts'
import { randomToken } from '../kit/random.ts'
import { failureKeyOf } from '../kit/username.ts'
import { Registration } from './registration.ts'

// New passwords are stretched as in earnest, by several workers at once on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

let rig: LoginRig
useLoginRig((made) => (rig = made))

async function begin(invitation: string, typed = newPassword) {
  const begun = beginRegistration(typed)
  const { registrationRequest } = begun
  const started = await rig.registration.start({ invitation, registrationRequest }, stranger)
  if (started.kind === 'refusal') throw new TypeError(`refused: ${started.code}`)
  return { started: started.answer, record: makeRecord(begun, started.answer, started.answer.stretching) }
}

async function join(invitation: string, typed = newPassword, on = rig.registration) {
  const { record } = await begin(invitation, typed)
  return on.finish({ invitation, registrationRecord: record }, stranger)
}

const joined = { kind: 'joined', setCookies: [expect.stringContaining('sekisho-known-') as unknown] }
const refused = (why: string) => ({ kind: 'refusal', code: 'invitation-invalid', because: { why } })

describe('an invitation', () => {
  it('says whose it is, how long it is good, and what a password must be', async () => {
    const invitation = await rig.invite()
    rig.now += 3_600_500
    expect(await rig.registration.look({ invitation }, stranger)).toEqual({
      kind: 'answered',
      answer: {
        username: 'bob',
        purpose: 'reset',
        expiresIn: 82_799,
        rules: { least: 15, composition: [], siteWords: ['bob'] },
      },
    })
  })

  it('sets the password, ends the sessions of the old one, and opens none itself', async () => {
    const { session } = await rig.signIn(stranger, bobsPassword, 'bob')
    await rig.store.failures.take(failureKeyOf(nameOf('bob')), { ...rule }, rig.now)
    const cut: string[] = []
    rig.sessions.watch(session, (why) => void cut.push(why))
    const invitation = await rig.invite()
    const { started, record } = await begin(invitation)
    expect(started.identifiers).toEqual({ client: 'user:bob', server: instance })
    expect(started.stretching).toEqual(defaultStretching)
    const finished = await rig.registration.finish({ invitation, registrationRecord: record }, stranger)
    expect(finished).toEqual(joined)
    expect(cut).toEqual(['password-changed'])
    expect(await rig.store.failures.find(failureKeyOf(nameOf('bob')))).toBeUndefined()
    const about = { asker: { principal: 'nobody', username: 'bob' }, user: { id: rig.bob.id, name: 'bob' } }
    expect(rig.events.slice(-2)).toMatchObject([
      { kind: 'invitation.used', purpose: 'reset', ...about },
      { kind: 'password.changed', sessionsEnded: 1, ...about },
    ])
    expect(await rig.store.sessions.listOpen()).toEqual([])
    expect((await rig.signIn(stranger, newPassword, 'bob')).session.username).toBe('bob')
    expect(prove(await rig.start(bobsPassword, stranger, rig.ceremony, 'bob'))).toBeUndefined()
  })

  it('cuts the streams of the old password also when the log fails at that very moment', async () => {
    const { session } = await rig.signIn(stranger, bobsPassword, 'bob')
    const cut: string[] = []
    rig.sessions.watch(session, (why) => void cut.push(why))
    const invitation = await rig.invite()
    const { record } = await begin(invitation)
    const audit = { note: () => undefined, write: () => Promise.reject(new TypeError('full')) }
    const rulesFor = () => ({ least: 15, composition: [], siteWords: [] })
    const failing = new Registration({ ...rig.parts, audit, rulesFor })
    const finished = failing.finish({ invitation, registrationRecord: record }, stranger)
    await expect(finished).rejects.toThrow('full')
    expect(cut).toEqual(['password-changed'])
  })

  it('is not used up by looking and beginning, however often', async () => {
    const invitation = await rig.invite()
    for (let n = 0; n < 100; n++) await rig.registration.look({ invitation }, stranger)
    for (let n = 0; n < 4; n++) await begin(invitation)
    expect(await join(invitation)).toEqual(joined)
  })

  it('is good once', async () => {
    const invitation = await rig.invite()
    const { record } = await begin(invitation)
    const body = { invitation, registrationRecord: record }
    expect(await rig.registration.finish(body, stranger)).toEqual(joined)
    expect(await rig.registration.finish(body, stranger)).toEqual(refused('used'))
    expect(await rig.registration.look({ invitation }, stranger)).toEqual(refused('used'))
  })

  it('lets one of many in who come at the same moment, by whichever process', async () => {
    const invitation = await rig.invite()
    const second = new Registration({
      ...rig.parts,
      store: rig.other,
      rulesFor: () => ({ least: 15, composition: [], siteWords: [] }),
    })
    const records = await Promise.all([begin(invitation, newPassword), begin(invitation, bobsPassword)])
    const outcomes = await Promise.all(
      [...records, ...records, ...records].map(({ record }, n) =>
        (n % 2 === 0 ? rig.registration : second).finish(
          { invitation, registrationRecord: record },
          stranger,
        ),
      ),
    )
    expect(outcomes.filter(({ kind }) => kind === 'joined')).toHaveLength(1)
    expect(rig.events.filter(({ kind }) => kind === 'password.changed')).toHaveLength(1)
    expect(rig.events.filter(({ kind }) => kind === 'invitation.used')).toHaveLength(1)
  })

  it.each([
    ['was never made', 'unknown', () => Promise.resolve()],
    ['is over', 'expired', async () => void (rig.now += 86_400_000)],
    ['was revoked', 'revoked', () => rig.store.invitations.revoke(rig.bob.id, rig.now)],
    ['was followed by another', 'revoked', () => rig.invite()],
    ['is of somebody disabled', 'revoked', () => rig.store.users.disable(rig.bob.id, rig.now)],
    ['is of somebody removed', 'revoked', () => rig.store.users.remove(rig.bob.id, rig.now)],
  ])('that %s opens nothing, with one answer for all', async (what, why, happen) => {
    const made = await rig.invite()
    const { record } = await begin(made)
    await happen()
    const invitation = what === 'was never made' ? randomToken(32) : made
    const { registrationRequest } = beginRegistration(newPassword)
    const look = await rig.registration.look({ invitation }, stranger)
    const start = await rig.registration.start({ invitation, registrationRequest }, stranger)
    const finish = await rig.registration.finish({ invitation, registrationRecord: record }, stranger)
    expect([look, start, finish]).toEqual([refused(why), refused(why), refused(why)])
    expect(await rig.store.passwords.find(rig.bob.id)).toEqual(
      what.endsWith('removed') ? undefined : rig.bobsRow,
    )
  })
})

const rule = { free: 5, firstWaitMs: 1, mostWaitMs: 1, most: 100 }

describe('what is no message', () => {
  const invalid = { kind: 'refusal', code: 'body-invalid', because: {} }

  it.each([undefined, null, '', [], {}, { invitation: 7 }, { invitation: 'x', more: 1 }])(
    'is refused: %j',
    async (body) => {
      expect(await rig.registration.look(body, stranger)).toEqual(invalid)
      expect(await rig.registration.start(body, stranger)).toEqual(invalid)
      expect(await rig.registration.finish(body, stranger)).toEqual(invalid)
    },
  )

  it('is refused when only the engine can see it, stores nothing and uses nothing up', async () => {
    const invitation = await rig.invite()
    // Right lengths, and no points of the curve.
    for (const registrationRequest of [Buffer.alloc(32), Buffer.alloc(32, 255)].map(encode)) {
      expect(await rig.registration.start({ invitation, registrationRequest }, stranger)).toEqual(invalid)
    }
    for (const registrationRecord of [Buffer.alloc(192), Buffer.alloc(192, 255), Buffer.alloc(191)].map(
      encode,
    )) {
      expect(await rig.registration.finish({ invitation, registrationRecord }, stranger)).toEqual(invalid)
    }
    expect(await rig.store.passwords.find(rig.bob.id)).toEqual(rig.bobsRow)
    expect(await join(invitation)).toEqual(joined)
  })
})

const encode = (bytes: Buffer) => bytes.toString('base64url')

describe('a flood', () => {
  const guess = () => rig.registration.look({ invitation: randomToken(32) }, stranger)

  it('of invented invitations is slowed, and holds up neither a real one nor a sign-in', async () => {
    const codes: string[] = []
    for (let n = 0; n < 20; n++) {
      const answer = await guess()
      if (answer.kind === 'refusal') codes.push(answer.code)
    }
    expect(codes.slice(0, 6)).toEqual([...Array<string>(5).fill('invitation-invalid'), 'login-paced'])
    expect(new Set(codes.slice(5))).toEqual(new Set(['login-paced']))
    expect(rig.events.at(-1)).toMatchObject({ kind: 'login.paced', bucket: 'invitation' })
    expect(await join(await rig.invite())).toEqual(joined)
    expect((await rig.signIn(stranger, newPassword, 'bob')).kind).toBe('signed-in')
  })

  it('with one real invitation is slowed too: it costs the engine’s time', async () => {
    const invitation = await rig.invite()
    const codes: string[] = []
    for (let n = 0; n < 20; n++) codes.push(await beginCode(invitation))
    expect(codes.indexOf('login-paced')).toBe(5)
  })

  it('with one real invitation gets 100 answers about the password of today at most, as a sign-in does', async () => {
    const invitation = await rig.invite()
    let answered = 0
    for (let n = 0; n < 430; n++) {
      if ((await beginCode(invitation)) === 'answered') answered++
      rig.now += 200_000
    }
    expect(answered).toBeGreaterThan(80)
    expect(answered).toBeLessThanOrEqual(100)
    expect((await rig.registration.look({ invitation }, stranger)).kind).toBe('answered')
  })

  it('with one real invitation touches neither a sign-in nor the next invitation', async () => {
    const former = await rig.invite()
    for (let n = 0; n < 20; n++) await beginCode(former)
    expect((await rig.signIn(stranger, bobsPassword, 'bob')).kind).toBe('signed-in')
    expect(await join(await rig.invite())).toEqual(joined)
  })
})

async function beginCode(invitation: string): Promise<string> {
  const { registrationRequest } = beginRegistration(newPassword)
  const answer = await rig.registration.start({ invitation, registrationRequest }, stranger)
  return answer.kind === 'refusal' ? answer.code : answer.kind
}

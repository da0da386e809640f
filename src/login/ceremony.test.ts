/** The login from first message to cookie, with the real engine, and every way it ends without one. */
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { client, ready } from '@serenity-kit/opaque'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from '../audit/event.ts'
import { GateFault } from '../kit/fault.ts'
import { cookieNames } from '../sessions/cookie.ts'
import { openSessions } from '../sessions/sessions.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { makeMemoryData } from '../store/engines/memory/data.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import type { PasswordRow } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import { Ceremony } from './ceremony.ts'
import type { CeremonyParts, LoginAsker, SignedIn } from './ceremony.ts'
import { makeKeyRing } from './key.ts'
import type { KeyRing } from './key.ts'
import { openOpaque } from './opaque.ts'
import type { Opaque } from './opaque.ts'
import { registerPassword } from './register.ts'

const password = 'seven sleepy herons'
const instance = 'abcd2345'
const stretching = { memory: 8, iterations: 1, parallelism: 1 }
const names = cookieNames(instance)
const stranger: LoginAsker = { address: '192.0.2.1', userAgent: 'Browser/1', cookies: undefined }
const paces = {
  address: { burst: 5, intervalMs: 10_000 },
  everyone: { burst: 60, intervalMs: 1_000 },
  knownBrowser: { burst: 10, intervalMs: 10_000 },
}

let keys: KeyRing
let opaque: Opaque
let row: PasswordRow
let otherRow: PasswordRow
beforeAll(async () => {
  await ready
  keys = await makeKeyRing()
  opaque = openOpaque(keys.opaqueSetup)
  row = await registerPassword(password, { keys, instance, now: 1, stretching })
  otherRow = await registerPassword('eleven brave otters', { keys, instance, now: 2, stretching })
})
afterAll(() => opaque.close())

let now = 0
let store: Store
let other: Store
let events: AuditEvent[] = []
let sessions: Sessions
let ceremony: Ceremony
const clock = { now: () => now }
const audit = {
  write: (event: AuditEvent) => Promise.resolve(void events.push(event)),
  note: (event: AuditEvent) => void events.push(event),
}

function make(parts: Partial<CeremonyParts> = {}): Ceremony {
  return new Ceremony({ keys, instance, store, sessions, audit, opaque, clock, paces, ...parts })
}

beforeEach(async () => {
  now = 1_700_000_000_000
  const data = makeMemoryData()
  store = makeMemoryStore(data)
  other = makeMemoryStore(data)
  events = []
  sessions = openSessions({ store, audit, clock, lifetime: { idleMs: 3_600_000, absoluteMs: 86_400_000 } })
  ceremony = make()
  await store.passwords.set(row)
})

function knock(typed: string) {
  const { clientLoginState, startLoginRequest } = client.startLogin({ password: typed })
  return { body: { startLoginRequest }, clientLoginState, typed }
}

async function start(typed = password, asker = stranger, on = ceremony) {
  const knocked = knock(typed)
  const under = await on.start(knocked.body, asker)
  if (under.kind !== 'started') throw new TypeError(`refused: ${under.code}`)
  return { ...knocked, answer: under.answer }
}

/** What the login page does with the answer; undefined when the password is wrong. */
function prove({ clientLoginState, typed, answer }: Awaited<ReturnType<typeof start>>) {
  const { memory, iterations, parallelism } = answer.stretching
  const finished = client.finishLogin({
    clientLoginState,
    loginResponse: answer.loginResponse,
    password: typed,
    identifiers: { ...answer.identifiers },
    keyStretching: { 'argon2id-custom': { memory, iterations, parallelism } },
  })
  return finished === undefined
    ? undefined
    : { finishLoginRequest: finished.finishLoginRequest, state: answer.state }
}

async function signIn(asker = stranger, on = ceremony, typed = password): Promise<SignedIn> {
  const signedIn = await on.finish(prove(await start(typed, asker, on)), asker)
  if (signedIn.kind !== 'signed-in') throw new TypeError(`refused: ${signedIn.code}`)
  return signedIn
}

const cookiesOf = ({ setCookies }: SignedIn) => setCookies.map((cookie) => cookie.split(';')[0]).join('; ')
const valueOf = (cookies: string, name: string) => new RegExp(`${name}=([^;]*)`).exec(cookies)?.[1] ?? ''
const kinds = () => events.map((event) => event.kind)
const lastWhy = () => events.findLast((event) => event.kind === 'login.refused')?.why

const failed = (why: string) => ({ kind: 'refusal', code: 'login-failed', because: { why } })

describe('somebody who knows the password', () => {
  it('gets a session and a cookie for it', async () => {
    const signedIn = await signIn()
    const token = valueOf(cookiesOf(signedIn), names.session)
    expect(await sessions.find(token, now)).toMatchObject({
      state: 'active',
      session: { id: signedIn.session.id, principal: 'guest', address: '192.0.2.1', userAgent: 'Browser/1' },
    })
    for (const cookie of signedIn.setCookies) {
      expect(cookie).toMatch(/^__Host-sekisho-.*; Path=\/; HttpOnly; Secure; SameSite=Lax(; Max-Age=\d+)?$/)
    }
    expect(kinds()).toEqual(['login.started', 'login.succeeded'])
    expect(events[1]).toMatchObject({ asker: { principal: 'guest', session: signedIn.session.id } })
  })

  it('gets cookies that the browser takes where the operator accepted plain http', async () => {
    const asker = { ...stranger, site: { scheme: 'http', host: '192.0.2.9:8484' } } as const
    const { setCookies, session } = await signIn(asker)
    expect(setCookies[0]).toMatch(/^sekisho-abcd2345=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/)
    const cookies = setCookies.map((cookie) => cookie.split(';')[0]).join('; ')
    await signIn({ ...asker, cookies })
    expect((await store.sessions.find(session.tokenHash))?.ended).toBe('logout')
  })

  it('leaves no token, proof or state in the log', async () => {
    const begun = await start()
    const proof = prove(begun)
    const signedIn = await ceremony.finish(proof, stranger)
    const token = valueOf(cookiesOf(signedIn as SignedIn), names.session)
    await ceremony.finish(proof, stranger)
    for (const secret of [token, begun.answer.state, proof?.finishLoginRequest ?? '?', password]) {
      expect(JSON.stringify(events)).not.toContain(secret)
    }
  })

  it('gets a new token each time, and the former session of the browser ends', async () => {
    const first = await signIn()
    const cookies = cookiesOf(first)
    const second = await signIn({ ...stranger, cookies })
    const former = valueOf(cookies, names.session)
    expect(valueOf(cookiesOf(second), names.session)).not.toBe(former)
    expect(await sessions.find(former, now)).toMatchObject({ state: 'ended', why: 'logout' })
  })

  it('is not given a token that the browser brought along', async () => {
    const chosen = 'A'.repeat(43)
    const signedIn = await signIn({ ...stranger, cookies: `${names.session}=${chosen}` })
    expect(cookiesOf(signedIn)).not.toContain(chosen)
    expect(await sessions.find(chosen, now)).toEqual({ state: 'unknown' })
  })

  it('may begin at one gate process and end at another', async () => {
    const second = make({
      store: other,
      sessions: openSessions({ store: other, audit, clock, lifetime: { idleMs: 1e6, absoluteMs: 1e7 } }),
    })
    const proof = prove(await start())
    expect((await second.finish(proof, stranger)).kind).toBe('signed-in')
    expect(await ceremony.finish(proof, stranger)).toEqual(failed('reused'))
    now += 61_000
    await ceremony.review()
    expect(kinds()).not.toContain('login.abandoned')
  })
})

describe('somebody who does not', () => {
  it('learns nothing from the first answer but that the proof can’t be made', async () => {
    const wrong = await start('seven sleepy heron')
    const right = await start()
    expect(prove(wrong)).toBeUndefined()
    expect(Object.keys(wrong.answer)).toEqual(Object.keys(right.answer))
    expect(wrong.answer.loginResponse.length).toBe(right.answer.loginResponse.length)
  })

  it('is on record as having begun, and a minute later as never having come back', async () => {
    await start('seven sleepy heron')
    now += 59_999
    await ceremony.review()
    expect(kinds()).toEqual(['login.started'])
    now += 1
    await ceremony.review()
    await ceremony.review()
    expect(kinds()).toEqual(['login.started', 'login.abandoned'])
    const [began, abandoned] = events
    expect(abandoned).toMatchObject({ ceremony: began?.kind === 'login.started' ? began.ceremony : '' })
  })

  it('gets one and the same refusal for everything', async () => {
    const outcomes: unknown[] = []
    const finish = async (body: unknown) => {
      const { code, kind } = (await ceremony.finish(body, stranger)) as { code?: string; kind: string }
      outcomes.push({ kind, code })
    }
    const begun = await start('seven sleepy heron')
    await finish({ finishLoginRequest: 'A'.repeat(86), state: begun.answer.state })
    await finish({ finishLoginRequest: 'A'.repeat(86), state: begun.answer.state })
    await finish({ finishLoginRequest: 'A'.repeat(86), state: 'forged' })
    await finish({ finishLoginRequest: 'short', state: begun.answer.state })
    const late = prove(await start())
    now += 60_000
    await finish(late)
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1)
    expect(outcomes[0]).toEqual({ kind: 'refusal', code: 'login-failed' })
    const whys = events.flatMap((event) => (event.kind === 'login.refused' ? [event.why] : []))
    expect(whys).toEqual(['wrong-proof', 'reused', 'forged', 'malformed', 'expired'])
  })

  it('cannot use the proof of one login with the state of another', async () => {
    const one = prove(await start())
    const two = prove(await start())
    expect(await ceremony.finish({ ...one, state: two?.state }, stranger)).toEqual(failed('wrong-proof'))
  })

  it('cannot tell that no password is set', async () => {
    const empty = make({ store: makeMemoryStore() })
    const begun = await start(password, stranger, empty)
    const real = await start()
    expect(begun.answer.loginResponse.length).toBe(real.answer.loginResponse.length)
    expect(prove(begun)).toBeUndefined()
    const body = { finishLoginRequest: 'A'.repeat(86), state: begun.answer.state }
    expect(await empty.finish(body, stranger)).toEqual(failed('no-password-set'))
  })
})

describe('a state', () => {
  it('is good for one try, of two at once too', async () => {
    const proof = prove(await start())
    const both = await Promise.all([ceremony.finish(proof, stranger), ceremony.finish(proof, stranger)])
    expect(both.map((one) => one.kind).sort()).toEqual(['refusal', 'signed-in'])
    expect(lastWhy()).toBe('reused')
  })

  it('is spent by a wrong proof', async () => {
    const proof = prove(await start())
    await ceremony.finish({ finishLoginRequest: 'A'.repeat(86), state: proof?.state }, stranger)
    expect(await ceremony.finish(proof, stranger)).toEqual(failed('reused'))
  })

  it('is still spent after the list of spent ones was cleared of old entries', async () => {
    const proof = prove(await start())
    await ceremony.finish(proof, stranger)
    now += 59_999
    await store.spent.prune(now)
    expect(await ceremony.finish(proof, stranger)).toEqual(failed('reused'))
  })

  it('lasts sixty seconds', async () => {
    const early = prove(await start())
    now += 59_999
    expect((await ceremony.finish(early, stranger)).kind).toBe('signed-in')
    const late = prove(await start())
    now += 60_000
    expect(await ceremony.finish(late, stranger)).toEqual(failed('expired'))
  })

  it('is worth nothing to another instance with the same key, or to another key', async () => {
    const proof = prove(await start())
    expect(await make({ instance: 'zzzz2345' }).finish(proof, stranger)).toEqual(failed('forged'))
    expect(await make({ keys: await makeKeyRing() }).finish(proof, stranger)).toEqual(failed('forged'))
  })
})

describe('a password that changes in the middle', () => {
  it('of a login voids it', async () => {
    const proof = prove(await start())
    await other.passwords.set(otherRow)
    expect(await ceremony.finish(proof, stranger)).toEqual(failed('expired'))
    expect(await store.sessions.listOpen()).toEqual([])
    expect(kinds()).toEqual(['login.started', 'login.refused'])
  })

  it('of the very last step leaves no session of the old one', async () => {
    // The change comes after the proof was checked and before the session is written.
    const overtaken = make({
      sessions: {
        ...{ find: sessions.find.bind(sessions), end: sessions.end.bind(sessions) },
        issue: async (finished, facts) => {
          await other.passwords.set(otherRow)
          return sessions.issue(finished, facts)
        },
      },
    })
    const proof = prove(await start(password, stranger, overtaken))
    expect(await overtaken.finish(proof, stranger)).toEqual(failed('expired'))
    expect(await store.sessions.listOpen()).toEqual([])
    expect(kinds()).not.toContain('login.succeeded')
  })

  it('lets only the new one in afterwards', async () => {
    await other.passwords.set(otherRow)
    expect(prove(await start())).toBeUndefined()
    expect((await signIn(stranger, ceremony, 'eleven brave otters')).kind).toBe('signed-in')
  })
})

describe('the pace', () => {
  it('counts at the start, whatever is sent, and says how long to wait', async () => {
    for (let n = 0; n < 5; n++) await ceremony.start(n % 2 === 0 ? knock('wrong').body : 'nonsense', stranger)
    expect(await ceremony.start(knock(password).body, stranger)).toEqual({
      kind: 'refusal',
      code: 'login-paced',
      because: { bucket: 'stranger' },
      retryAfter: 10,
    })
    expect(kinds().at(-1)).toBe('login.paced')
  })

  it('of strangers does not hold up a browser that signed in before', async () => {
    const cookies = cookiesOf(await signIn())
    for (let n = 0; n < 300; n++)
      await ceremony.start('nonsense', { ...stranger, address: `192.0.2.${String(n % 250)}` })
    expect(await ceremony.start(knock(password).body, stranger)).toMatchObject({ code: 'login-paced' })
    const known = `${names.known}=${valueOf(cookies, names.known)}`
    expect((await signIn({ ...stranger, cookies: known })).kind).toBe('signed-in')
    const forged = `${names.known}=${valueOf(cookies, names.known).replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))}`
    expect(await ceremony.start(knock(password).body, { ...stranger, cookies: forged })).toMatchObject({
      code: 'login-paced',
    })
    const doubled = `${known}; ${known}`
    expect(await ceremony.start(knock(password).body, { ...stranger, cookies: doubled })).toMatchObject({
      code: 'login-paced',
    })
  })
})

describe('a message that is none', () => {
  const good = 'A'.repeat(86)
  it('is refused like a wrong password, at the start and at the end', async () => {
    const bodies = [
      undefined,
      null,
      1,
      '',
      [],
      {},
      { startLoginRequest: 1 },
      { startLoginRequest: 'A'.repeat(127) },
    ]
    for (const body of bodies) {
      now += 60_000
      expect(await ceremony.start(body, stranger)).toEqual(failed('malformed'))
      expect(await ceremony.finish(body, stranger)).toEqual(failed('malformed'))
    }
    now += 60_000
    const { body } = knock(password)
    expect(await ceremony.start({ ...body, more: 1 }, stranger)).toEqual(failed('malformed'))
    expect(await ceremony.start({ startLoginRequest: `${body.startLoginRequest} ` }, stranger)).toEqual(
      failed('malformed'),
    )
    now += 60_000
    // The right length, and no point of the curve.
    expect(await ceremony.start({ startLoginRequest: 'A'.repeat(128) }, stranger)).toEqual(
      failed('malformed'),
    )
    expect(await ceremony.finish({ finishLoginRequest: good, state: 'A'.repeat(1025) }, stranger)).toEqual(
      failed('malformed'),
    )
    expect(await ceremony.finish({ finishLoginRequest: good, state: 'AAAA', more: 1 }, stranger)).toEqual(
      failed('malformed'),
    )
    expect(kinds()).not.toContain('login.succeeded')
  })

  it('never opens a session, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.string(), async (body, state) => {
        expect((await ceremony.finish(body, stranger)).kind).toBe('refusal')
        expect((await ceremony.finish({ finishLoginRequest: good, state }, stranger)).kind).toBe('refusal')
      }),
      { numRuns: 200 },
    )
    expect(await store.sessions.listOpen()).toEqual([])
  })
})

describe('when something is broken', () => {
  it('a full queue is a refusal that passes by itself', async () => {
    const busy = () => Promise.reject(new GateFault('login-busy', 'full'))
    const crowded = make({ opaque: { startLogin: busy, finishLogin: busy } })
    expect(await crowded.start(knock(password).body, stranger)).toMatchObject({
      code: 'login-busy',
      retryAfter: 2,
    })
    expect(await crowded.finish(prove(await start()), stranger)).toMatchObject({ code: 'login-busy' })
  })

  it('an engine that fails is a fault and no session', async () => {
    const broken = () => Promise.reject(new GateFault('login-engine-failed', 'died'))
    const engineless = make({ opaque: { startLogin: broken, finishLogin: broken } })
    await expect(engineless.start(knock(password).body, stranger)).rejects.toMatchObject({
      code: 'login-engine-failed',
    })
    await expect(engineless.finish(prove(await start()), stranger)).rejects.toThrow('died')
    expect(await store.sessions.listOpen()).toEqual([])
  })

  it('a log that can’t be written lets nobody begin, and nobody in', async () => {
    const full = () => Promise.reject(new GateFault('audit-unwritable', 'full'))
    const mute = make({ audit: { ...audit, write: full } })
    await expect(mute.start(knock(password).body, stranger)).rejects.toMatchObject({
      code: 'audit-unwritable',
    })
    await expect(mute.finish(prove(await start()), stranger)).rejects.toMatchObject({
      code: 'audit-unwritable',
    })
  })

  it('a store that is gone lets nobody begin', async () => {
    await store.close()
    await expect(ceremony.start(knock(password).body, stranger)).rejects.toMatchObject({
      code: 'store-unusable',
    })
  })
})

describe('the code', () => {
  it('makes a finished ceremony in one place', async () => {
    const folder = join(import.meta.dirname, '..')
    const makers: string[] = []
    for await (const file of glob('**/*.ts', { cwd: folder })) {
      if (file.endsWith('.test.ts')) continue
      const casts =
        readFileSync(join(folder, file), 'utf8').match(/\bas (?:unknown as )?FinishedCeremony\b/g) ?? []
      makers.push(...casts.map(() => file))
    }
    expect(makers).toEqual([join('login', 'ceremony.ts')])
  })
})

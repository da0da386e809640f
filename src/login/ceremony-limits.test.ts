/** The login at its limits: pace, nonsense, and parts that break. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type LoginRig,
  useLoginRig,
  cookiesOf,
  failed,
  knock,
  password,
  prove,
  stranger,
  valueOf,
} from '../../test/rig/login-rig.ts'
import { GateFault } from '../kit/fault.ts'
import { cookieNames } from '../sessions/cookie.ts'

const names = cookieNames('abcd2345')

let rig: LoginRig
useLoginRig((made) => (rig = made))

describe('the pace', () => {
  it('counts at the start, whatever is sent, and says how long to wait', async () => {
    for (let n = 0; n < 5; n++)
      await rig.ceremony.start(n % 2 === 0 ? knock('wrong').body : 'nonsense', stranger)
    expect(await rig.ceremony.start(knock(password).body, stranger)).toEqual({
      kind: 'refusal',
      code: 'login-paced',
      because: { bucket: 'stranger' },
      retryAfter: 10,
    })
    expect(rig.kinds().at(-1)).toBe('login.paced')
  })

  it('of strangers does not hold up a browser that signed in before', async () => {
    const cookies = cookiesOf(await rig.signIn())
    for (let n = 0; n < 300; n++)
      await rig.ceremony.start('nonsense', { ...stranger, address: `192.0.2.${String(n % 250)}` })
    expect(await rig.ceremony.start(knock(password).body, stranger)).toMatchObject({ code: 'login-paced' })
    const known = `${names.known}=${valueOf(cookies, names.known)}`
    expect((await rig.signIn({ ...stranger, cookies: known })).kind).toBe('signed-in')
    const forged = `${names.known}=${valueOf(cookies, names.known).replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))}`
    expect(await rig.ceremony.start(knock(password).body, { ...stranger, cookies: forged })).toMatchObject({
      code: 'login-paced',
    })
    const doubled = `${known}; ${known}`
    expect(await rig.ceremony.start(knock(password).body, { ...stranger, cookies: doubled })).toMatchObject({
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
      rig.now += 60_000
      expect(await rig.ceremony.start(body, stranger)).toEqual(failed('malformed'))
      expect(await rig.ceremony.finish(body, stranger)).toEqual(failed('malformed'))
    }
    rig.now += 60_000
    const { body } = knock(password)
    expect(await rig.ceremony.start({ ...body, more: 1 }, stranger)).toEqual(failed('malformed'))
    expect(await rig.ceremony.start({ startLoginRequest: `${body.startLoginRequest} ` }, stranger)).toEqual(
      failed('malformed'),
    )
    rig.now += 60_000
    // The right length, and no point of the curve.
    expect(await rig.ceremony.start({ startLoginRequest: 'A'.repeat(128) }, stranger)).toEqual(
      failed('malformed'),
    )
    expect(
      await rig.ceremony.finish({ finishLoginRequest: good, state: 'A'.repeat(1025) }, stranger),
    ).toEqual(failed('malformed'))
    expect(await rig.ceremony.finish({ finishLoginRequest: good, state: 'AAAA', more: 1 }, stranger)).toEqual(
      failed('malformed'),
    )
    expect(rig.kinds()).not.toContain('login.succeeded')
  })

  it('never opens a session, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.string(), async (body, state) => {
        expect((await rig.ceremony.finish(body, stranger)).kind).toBe('refusal')
        expect((await rig.ceremony.finish({ finishLoginRequest: good, state }, stranger)).kind).toBe(
          'refusal',
        )
      }),
      { numRuns: 200 },
    )
    expect(await rig.store.sessions.listOpen()).toEqual([])
  })
})

describe('when something is broken', () => {
  it('a full queue is a refusal that passes by itself', async () => {
    const busy = () => Promise.reject(new GateFault('login-busy', 'full'))
    const crowded = rig.make({ opaque: { startLogin: busy, finishLogin: busy } })
    expect(await crowded.start(knock(password).body, stranger)).toMatchObject({
      code: 'login-busy',
      retryAfter: 2,
    })
    expect(await crowded.finish(prove(await rig.start()), stranger)).toMatchObject({ code: 'login-busy' })
  })

  it('an engine that fails is a fault and no session', async () => {
    const broken = () => Promise.reject(new GateFault('login-engine-failed', 'died'))
    const engineless = rig.make({ opaque: { startLogin: broken, finishLogin: broken } })
    await expect(engineless.start(knock(password).body, stranger)).rejects.toMatchObject({
      code: 'login-engine-failed',
    })
    await expect(engineless.finish(prove(await rig.start()), stranger)).rejects.toThrow('died')
    expect(await rig.store.sessions.listOpen()).toEqual([])
  })

  it('a log that can’t be written lets nobody begin, and nobody in', async () => {
    const full = () => Promise.reject(new GateFault('audit-unwritable', 'full'))
    const mute = rig.make({ audit: { ...rig.audit, write: full } })
    await expect(mute.start(knock(password).body, stranger)).rejects.toMatchObject({
      code: 'audit-unwritable',
    })
    await expect(mute.finish(prove(await rig.start()), stranger)).rejects.toMatchObject({
      code: 'audit-unwritable',
    })
  })

  it('a store that is gone lets nobody begin', async () => {
    await rig.store.close()
    await expect(rig.ceremony.start(knock(password).body, stranger)).rejects.toMatchObject({
      code: 'store-unusable',
    })
  })
})

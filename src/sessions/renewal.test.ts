/** A session's token changes now and then, and nobody honest notices. */
import { describe, expect, it } from 'vitest'
import { graceMs, renewMs } from './lifetime.ts'
import { useRenewal } from './renewal.contract.ts'
import { elsewhere, hour, minute } from './sample.contract.ts'
import { deriveToken, makeNext, makeToken, parseToken } from './token.ts'

const { rig, signIn, ask, offered } = useRenewal()

describe('a token', () => {
  it('is replaced when it has been in use for a while, and not before', async () => {
    const { token } = await signIn()
    rig.now += renewMs - 1
    expect(await ask(token)).toBeUndefined()
    rig.now += 1
    expect(await ask(token)).toMatch(/^[\w-]{43}$/)
  })

  it('is offered again by every answer until it is used, the same by every process', async () => {
    const { token, next } = await offered()
    const other = rig.open(rig.other)
    expect(await ask(token)).toBe(next)
    rig.now += 10 * minute
    expect(await ask(token, other)).toBe(next)
    expect(await ask(next, other)).toBeUndefined()
    expect(await ask(next)).toBeUndefined()
  })

  it('stays good for a minute after the next one was first used, and is offered nothing more', async () => {
    const { token, next, session } = await offered()
    expect(await ask(next)).toBeUndefined()
    rig.now += graceMs - 1
    expect(await ask(token)).toBeUndefined()
    expect((await rig.sessions.find(token, rig.now)).state).toBe('active')
    rig.now += 1
    expect(await ask(token, rig.sessions, elsewhere)).toBe('ended')
    expect(await ask(next)).toBe('ended')
    const asker = { principal: 'guest', session: session.id, ...elsewhere }
    expect(rig.events).toEqual([
      { kind: 'session.token-reused', asker },
      { kind: 'session.ended', asker, why: 'token-reused' },
    ])
  })

  it('of a session that is over brings no other one back', async () => {
    const { token, next, session } = await offered()
    await rig.sessions.end(session, 'logout')
    expect([await ask(token), await ask(next)]).toEqual(['ended', 'ended'])
    expect(await rig.sessions.renew(session, token, rig.now)).toBeUndefined()
    expect(rig.events).toHaveLength(1)
  })

  it('of a session past its limits is no longer taken for a theft', async () => {
    const { token, next } = await offered()
    await ask(next)
    rig.now += hour
    expect([await ask(token), await ask(next)]).toEqual(['expired', 'expired'])
    expect(rig.events).toEqual([])
  })

  it('is not offered to an answer whose request came with another one', async () => {
    const { token, next, session } = await offered()
    await ask(next)
    expect(await rig.sessions.renew(session, token, rig.now)).toBeUndefined()
    expect(await rig.sessions.renew(session, makeToken(), rig.now)).toBeUndefined()
    expect(await rig.sessions.renew(session, 'no token', rig.now)).toBeUndefined()
  })

  it('that two requests use first at once becomes the present one for both', async () => {
    const { next } = await offered()
    const other = rig.open(rig.other)
    expect(await Promise.all([ask(next), ask(next, other), ask(next)])).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('that became the present one between two looks is found', async () => {
    const { next, session } = await offered()
    const store = { ...rig.store.sessions }
    const late = rig.open({
      changes: () => rig.store.changes(),
      sessions: {
        ...store,
        findByOther: async (hash) => {
          await rig.sessions.find(next, rig.now)
          return store.findByOther(hash)
        },
      },
    })
    expect(await late.find(next, rig.now)).toMatchObject({ state: 'active', session: { id: session.id } })
  })

  it('derives from the former one and the salt, and from nothing less', () => {
    const token = makeToken()
    const { salt } = makeNext(token)
    expect(deriveToken(token, salt)).toBe(deriveToken(token, salt))
    expect(deriveToken(makeToken(), salt)).not.toBe(deriveToken(token, salt))
    expect(deriveToken(token, makeNext(token).salt)).not.toBe(deriveToken(token, salt))
    expect(parseToken(deriveToken(token, salt))).toBeDefined()
  })
})

describe('a confirmation', () => {
  it('is the new time of the password, and has the token replaced within a minute', async () => {
    const { token, session } = await signIn()
    rig.now += 5 * minute
    expect(await rig.sessions.confirm(session, rig.now)).toBe(true)
    expect(await rig.sessions.find(token, rig.now)).toMatchObject({ session: { authAt: rig.now } })
    rig.now += graceMs - 1
    expect(await ask(token)).toBeUndefined()
    rig.now += 1
    expect(await ask(token)).toMatch(/^[\w-]{43}$/)
  })

  it('does not bring a session back, whether it was ended or is past its limits', async () => {
    const { session } = await signIn()
    const other = await signIn()
    await rig.sessions.end(other.session, 'logout')
    expect(await rig.sessions.confirm(other.session, rig.now)).toBe(false)
    rig.now += hour
    expect(await rig.sessions.confirm(session, rig.now)).toBe(false)
  })
})

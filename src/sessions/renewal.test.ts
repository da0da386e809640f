/** A session's token changes now and then, and nobody honest notices. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../audit/event.ts'
import { GateFault } from '../kit/fault.ts'
import type { SessionRow } from '../store/rows.ts'
import { graceMs, renewMs } from './lifetime.ts'
import { facts, finished, hour, minute, useSessions } from './sample.contract.ts'
import { openSessions, type SessionFacts, type Sessions } from './sessions.ts'
import { deriveToken, makeNext, makeToken, parseToken } from './token.ts'

const rig = useSessions()
const elsewhere = { address: '203.0.113.9', userAgent: 'Other/1' }

/** What a request with this token is answered with: another token, none, or that its session isn't good. */
async function ask(
  token: string,
  sessions: Sessions = rig.sessions,
  from: SessionFacts = facts,
): Promise<string | undefined> {
  const found = await sessions.find(token, rig.now, from)
  if (found.state !== 'active') return found.state
  sessions.markUsed(found.session.id, from, rig.now)
  sessions.markActive(found.session.id, rig.now)
  return sessions.renew(found.session, token, rig.now)
}

async function signIn(): Promise<{ token: string; session: SessionRow }> {
  return rig.sessions.issue(finished, facts)
}

/** Signed in, and both tokens in hand: the second was offered and not used yet. */
async function offered() {
  const { token, session } = await signIn()
  rig.now += renewMs
  const next = (await ask(token)) ?? 'none'
  expect(parseToken(next)).toBe(next)
  return { token, next, session }
}

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

  it.each([
    ['another address', { address: '192.0.2.8' }],
    ['another browser', { userAgent: 'Browser/2' }],
    ['where somebody signed in, and works no more', facts],
  ])('ends the session when it comes late from %s', async (_, other) => {
    const { token, next } = await offered()
    const from = other === facts ? elsewhere : facts
    await ask(next, rig.sessions, from)
    rig.now += graceMs
    expect(await ask(token, rig.sessions, { ...facts, ...other })).toBe('ended')
    expect(await ask(next, rig.sessions, from)).toBe('ended')
  })

  it('that comes late from where its session is used opens nothing, and ends nothing', async () => {
    const { token, next, session } = await offered()
    const v6 = { ...elsewhere, address: '2001:db8::1' }
    for (const from of [elsewhere, v6]) await ask(next, rig.sessions, from)
    rig.now += graceMs
    for (const from of [elsewhere, v6, elsewhere])
      expect(await ask(token, rig.sessions, from)).toBe('unknown')
    // Another process knows from where somebody signed in.
    expect(await ask(token, rig.open(rig.other))).toBe('unknown')
    expect(await ask(next, rig.sessions, elsewhere)).toBeUndefined()
    const late = { kind: 'session.token-late', asker: { principal: 'guest', session: session.id } }
    expect(rig.events).toMatchObject([
      { ...late, asker: { ...late.asker, ...elsewhere } },
      { ...late, asker: { ...late.asker, ...facts } },
    ])
  })

  it('that comes late by another address of the browser’s own IPv6 network ends nothing', async () => {
    const { token, next } = await offered()
    const from = (address: string) => ({ ...facts, address })
    await ask(next, rig.sessions, from('2001:db8::1'))
    rig.now += graceMs
    expect(await ask(token, rig.sessions, from('2001:db8::aaaa:1'))).toBe('unknown')
    expect(await ask(next, rig.sessions, from('2001:db8::1'))).toBeUndefined()
    expect(await ask(token, rig.sessions, from('2001:db8:0:1::1'))).toBe('ended')
  })

  it('that two hold ends the session also where that can’t be recorded', async () => {
    const { token, next, session } = await offered()
    await ask(next)
    rig.now += graceMs
    const told: string[] = []
    const full = openSessions({
      ...{ store: rig.store, clock: { now: () => rig.now }, twoNetworks: 'end' },
      lifetime: { idleMs: hour, absoluteMs: 24 * hour },
      audit: {
        // As on the reserve of a full disk.
        write: async ({ kind }) => {
          if (kind !== 'session.ended') throw new GateFault('audit-unwritable', 'The test says so.')
          told.push(kind)
          return Promise.resolve()
        },
      },
    })
    full.watch(session, (why) => told.push(`cut: ${why}`))
    await expect(full.find(token, rig.now, elsewhere)).rejects.toThrow('The test says so.')
    expect(await ask(next)).toBe('ended')
    expect(told).toEqual(['cut: token-reused', 'session.ended'])
  })

  it('that was used meanwhile by somebody who signs nothing comes late from a stranger', async () => {
    const { token, next } = await offered()
    await ask(next)
    expect((await rig.sessions.find(token, rig.now, elsewhere)).state).toBe('active')
    rig.now += graceMs
    expect(await ask(token, rig.sessions, elsewhere)).toBe('ended')
  })

  it('that comes late by one version of IP, from where the session was last used by it, ends a session that goes by the other', async () => {
    const { token, next } = await offered()
    const bySix = { ...facts, address: '2001:db8::1' }
    await ask(token, rig.sessions, elsewhere)
    await ask(next, rig.sessions, bySix)
    rig.now += 5 * minute + 1
    await ask(next, rig.sessions, bySix)
    expect(await ask(token, rig.sessions, bySix)).toBe('unknown')
    expect(await ask(token, rig.sessions, elsewhere)).toBe('ended')
  })

  it('that came late is told of again after an hour', async () => {
    const { token, next } = await offered()
    let latest = next
    for (let turn = 0; turn < 9; turn++) {
      latest = (await ask(latest)) ?? latest
      rig.now += renewMs
      expect(await ask(token)).toBe('unknown')
    }
    expect(rig.events).toHaveLength(3)
  })

  it('ends the session however long ago it was replaced, and the record tells from where it was used', async () => {
    const { token, next } = await offered()
    let latest = next
    for (let turn = 0; turn < 4; turn++) {
      await ask(latest)
      rig.now += renewMs
      latest = (await ask(latest)) ?? 'none'
    }
    expect(await ask(latest)).toBeUndefined()
    const found = await rig.sessions.find(token, rig.now, elsewhere)
    expect(found).toMatchObject({ state: 'ended', why: 'token-reused' })
    expect(await ask(latest)).toBe('ended')
    expect(rig.events).toMatchObject([
      { kind: 'session.token-reused', asker: elsewhere },
      { kind: 'session.ended', asker: elsewhere },
    ])
  })

  it('that comes again after the end of its session is told nothing else, and recorded no more', async () => {
    const { token, next } = await offered()
    await ask(next)
    rig.now += graceMs
    for (const from of [elsewhere, elsewhere, facts])
      expect(await ask(token, rig.sessions, from)).toBe('ended')
    expect(rig.events).toHaveLength(2)
  })

  it('cuts the streams of the session when it shows that two hold it', async () => {
    const { token, next, session } = await offered()
    const ends: string[] = []
    rig.open(rig.other).watch(session, (why) => ends.push(`elsewhere ${why}`))
    rig.sessions.watch(session, (why) => ends.push(why))
    await ask(next)
    rig.now += graceMs
    await ask(token, rig.sessions, elsewhere)
    expect(ends).toEqual(['token-reused'])
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

describe('whatever happens on the way', () => {
  /** One browser with as many tabs as it likes, two gates on one database, and a network that loses and delays. */
  type Deed =
    | { readonly what: 'ask' }
    | { readonly what: 'arrive' | 'answer' | 'deliver' | 'lose'; readonly which: number }
    | { readonly what: 'wait'; readonly ms: number }
    | { readonly what: 'restart' | 'confirm' }

  const which = fc.nat(20)
  const deed: fc.Arbitrary<Deed> = fc.oneof(
    { weight: 4, arbitrary: fc.constant({ what: 'ask' } as const) },
    {
      weight: 8,
      arbitrary: fc.record({
        what: fc.constantFrom('arrive' as const, 'answer' as const, 'deliver' as const, 'lose' as const),
        which,
      }),
    },
    { weight: 3, arbitrary: fc.record({ what: fc.constant('wait' as const), ms: fc.nat(20 * minute) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('restart' as const, 'confirm' as const) }) },
  )

  interface OnItsWay {
    readonly token: string
    readonly sentAt: number
    session?: SessionRow
    offer?: string | undefined
    answeredAt?: number
  }

  it('an honest browser stays signed in, however long its requests wait, as long as no answer is a minute on its way', async () => {
    let late = 0
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 120, size: 'max' }), async (deeds) => {
        const gates = [rig.open(rig.store), rig.open(rig.other)]
        const { token, session } = await rig.sessions.issue(finished, facts)
        let jar: string = token
        let travelling: OnItsWay[] = []
        let at = 0
        const endsAt = session.endsAt - hour
        const gate = () => gates[at++ % 2] ?? rig.sessions
        const pick = (of: readonly OnItsWay[], n: number) => of[n % Math.max(1, of.length)]
        for (const one of deeds) {
          // What has been on its way for too long is given up by whoever waits for it.
          travelling = travelling.filter(
            ({ answeredAt }) => answeredAt === undefined || rig.now - answeredAt < graceMs,
          )
          switch (one.what) {
            case 'ask':
              travelling.push({ token: jar, sentAt: rig.now })
              break
            case 'arrive': {
              const request = pick(
                travelling.filter((way) => way.session === undefined),
                one.which,
              )
              if (request === undefined) break
              const found = await gate().find(request.token, rig.now, facts)
              // The cookie is read when a request is made, and for HTTP/1.1 that may be long before it leaves.
              if (rig.now - request.sentAt < graceMs) expect(found.state).toBe('active')
              if (found.state === 'active') request.session = found.session
              else {
                expect(found.state).toBe('unknown')
                travelling = travelling.filter((way) => way !== request)
              }
              for (const each of gates) each.markActive(session.id, rig.now)
              break
            }
            case 'answer': {
              const open = travelling.filter(
                (way) => way.session !== undefined && way.answeredAt === undefined,
              )
              const request = pick(open, one.which)
              if (request?.session === undefined) break
              request.offer = await gate().renew(request.session, request.token, rig.now)
              request.answeredAt = rig.now
              break
            }
            case 'deliver':
            case 'lose': {
              const answered = travelling.filter((way) => way.answeredAt !== undefined)
              const request = pick(answered, one.which)
              if (request === undefined) break
              travelling = travelling.filter((way) => way !== request)
              if (one.what === 'deliver') jar = request.offer ?? jar
              break
            }
            case 'wait':
              // Somebody is there all the time: this is about tokens, not about limits.
              rig.now = Math.min(endsAt, rig.now + one.ms)
              for (const each of gates) each.markActive(session.id, rig.now)
              break
            case 'restart':
              for (const each of gates) await each.close()
              gates.splice(0, 2, rig.open(rig.store), rig.open(rig.other))
              break
            case 'confirm':
              await gate().confirm(session, rig.now)
          }
        }
        expect((await gate().find(jar, rig.now, facts)).state).toBe('active')
        const isTold = ({ kind }: AuditEvent) => kind !== 'session.token-late'
        expect(rig.events.filter(isTold)).toEqual([])
        late += rig.events.length
        rig.events.length = 0
      }),
      { numRuns: 400 },
    )
    expect(late).toBeGreaterThan(0)
  })
})

describe('of two who hold one token', () => {
  it.each(['whose it was', 'who copied it'] as const)(
    'the one %s is found out by the other one’s going on',
    async (who) => {
      const { token } = await signIn()
      const jars = { 'whose it was': token, 'who copied it': token }
      const places = { 'whose it was': facts, 'who copied it': elsewhere }
      const askAs = (name: keyof typeof jars) => ask(jars[name], rig.sessions, places[name])
      rig.now += renewMs
      // One of them is quicker, and goes on as a browser does.
      const quick = who === 'whose it was' ? 'who copied it' : 'whose it was'
      for (let turn = 0; turn < 3; turn++) {
        jars[quick] = (await askAs(quick)) ?? jars[quick]
        rig.now += graceMs / 2
      }
      expect(await askAs(quick)).toBeUndefined()
      expect(await askAs(who)).toBe('ended')
      expect(await askAs(quick)).toBe('ended')
      expect(rig.events.map(({ kind }) => kind)).toEqual(['session.token-reused', 'session.ended'])
    },
  )

  it('at one address and with one program, the slower one is refused until it signs in again, which ends it for both', async () => {
    const { token, next } = await offered()
    await ask(next)
    rig.now += graceMs
    expect([await ask(token), await ask(next)]).toEqual(['unknown', undefined])
    // As a login looks at what the browser came with.
    expect(await rig.sessions.find(token, rig.now)).toMatchObject({ state: 'ended', why: 'token-reused' })
    expect(await ask(next)).toBe('ended')
  })
})

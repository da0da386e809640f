/** Random journeys of one browser's requests: it is never taken for a thief. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../audit/event.ts'
import type { SessionRow } from '../store/rows.ts'
import { graceMs } from './lifetime.ts'
import { facts, finished, hour, minute, useSessions } from './sample.contract.ts'

const rig = useSessions()

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

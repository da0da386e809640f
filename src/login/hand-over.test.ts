/** The code that leads from a login host to the app: for whom, where, how long, and how often it is good. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Signer } from '../../test/rig/signer.ts'
import type { Enter } from '../contract/contract.ts'
import type { Username } from '../kit/username.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import type { AccountId } from '../store/rows.ts'
import { HandOver, type HandedOver } from './hand-over.ts'
import { makeKeyRing, type KeyRing } from './key.ts'

const app = 'https://app.test'
const bob: HandedOver = {
  ...{ account: 'bobbobbobbob' as AccountId, username: 'bob' as Username, mark: 'm' },
  ...{ passwordAt: 1, ceremony: 'c', counted: 'user:bob' },
}
const guest: HandedOver = { account: 'shared', mark: 'm', passwordAt: 1, ceremony: 'c' }

let keys: KeyRing
let now: number
let store: ReturnType<typeof makeMemoryStore>
let handOver: HandOver
/** Of the trip, and of the session that it leads to. */
let trip: Signer
let session: Signer

const make = (instance = 'here', by = keys) =>
  new HandOver({ keys: by, instance, store, clock: { now: () => now } })

beforeAll(async () => {
  keys = await makeKeyRing()
})
beforeEach(() => {
  now = 1_700_000_000_000
  store = makeMemoryStore()
  handOver = make()
  trip = new Signer()
  session = new Signer()
})

const brought = (proved = bob, origin = app) =>
  trip.enter(handOver.make(proved, trip.row, app), origin, session)
const refused = (why: string) => ({ kind: 'refused', why, ceremony: 'c' })

describe('a code', () => {
  it.each([
    ['a user', bob],
    ['a guest', guest],
  ])('brings what was proved, and the key of the page: %s', async (_, proved) => {
    const entered = await handOver.take(brought(proved), app)
    expect(entered).toEqual({ kind: 'entered', proved, proofKey: session.row })
  })

  it('is good once', async () => {
    const message = brought()
    expect((await handOver.take(message, app)).kind).toBe('entered')
    expect(await handOver.take(message, app)).toEqual(refused('reused'))
  })

  it('is used up by itself alone', async () => {
    const [first, second] = [brought(), brought(guest)]
    expect((await handOver.take(first, app)).kind).toBe('entered')
    expect((await handOver.take(second, app)).kind).toBe('entered')
  })

  it('is good for a minute, and remembered for longer', async () => {
    const [early, late] = [brought(), brought()]
    now += 59_999
    expect((await handOver.take(early, app)).kind).toBe('entered')
    now += 1
    expect(await handOver.take(late, app)).toEqual(refused('expired'))
    await store.spent.prune(now)
    now -= 1
    expect(await handOver.take(early, app)).toEqual(refused('reused'))
  })

  it('is good at the app that it was made for, and not used up elsewhere', async () => {
    const message = brought()
    expect(await handOver.take(message, 'https://other.test')).toEqual(refused('forged'))
    expect((await handOver.take(message, app)).kind).toBe('entered')
  })

  it.each<[string, () => Enter]>([
    ['another key than that of the trip', () => ({ ...brought(), signature: trip.enter('x', app, session).signature })],
    ['the trip’s, for another page', () => ({ ...brought(), publicKey: new Signer().enter('x', app, trip).publicKey })],
    ['the trip’s, for another origin', () => brought(bob, 'https://other.test')],
  ])('is spent and worth nothing when it is signed by %s', async (_, forge) => {
    const message = forge()
    expect(await handOver.take(message, app)).toEqual(refused('forged'))
    expect(await handOver.take(trip.enter(message.code, app, session), app)).toEqual(refused('reused'))
  }) // prettier-ignore

  it('is of this gate and this instance alone', async () => {
    expect(await make('there').take(brought(), app)).toEqual({ kind: 'refused', why: 'forged' })
    const other = make('here', await makeKeyRing())
    expect(await other.take(brought(), app)).toEqual({ kind: 'refused', why: 'forged' })
    expect(await handOver.take({ ...brought(), code: 'made up' }, app)).toEqual({
      kind: 'refused',
      why: 'forged',
    })
  })

  it('takes no key that is none', async () => {
    const code = handOver.make(bob, trip.row, app)
    const none = Buffer.alloc(65, 4).toString('base64url')
    expect(await handOver.take({ ...trip.enter(code, app, session), publicKey: none }, app)).toEqual(
      refused('forged'),
    )
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'code'],
    ['no signature', { code: 'x', publicKey: 'x' }],
    ['a code that is too long', { code: 'x'.repeat(4097), publicKey: 'A'.repeat(87), signature: 'A'.repeat(86) }],
  ])('is none in %s', async (_, body) => {
    expect(await handOver.take(body, app)).toEqual({ kind: 'refused', why: 'malformed' })
  }) // prettier-ignore
})

/** Tickets and codes: whose they are, for what, how long, and how often. */
import { beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../kit/secret.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import type { SessionId } from '../store/rows.ts'
import { StepUpTickets, type Ticket } from './step-up-tickets.ts'

const mine = 'mine' as SessionId
const theirs = 'theirs' as SessionId
const wanted = { session: mine, proven: true, what: 'call', call: 'digest', endpoint: 'delete_all' } as const

let now: number
let store: ReturnType<typeof makeMemoryStore>
let tickets: StepUpTickets

const make = (seed = 1, instance = 'here') =>
  new StepUpTickets({
    key: new Secret(new Uint8Array(32).fill(seed)),
    instance,
    store,
    clock: { now: () => now },
    longestCallMs: 3_600_000,
  })

beforeEach(() => {
  now = 1_700_000_000_000
  store = makeMemoryStore()
  tickets = make()
})

function read(sealed: string): Ticket {
  const ticket = tickets.read(sealed, mine)
  if (typeof ticket === 'string') throw new TypeError(ticket)
  return ticket
}

const codeFor = (sealed: string) => tickets.confirm(read(sealed)) ?? ''

describe('a ticket', () => {
  it('says what it was made for, in its own session', () => {
    expect(read(tickets.make(wanted))).toMatchObject(wanted)
    expect(tickets.read(tickets.make(wanted), theirs)).toBe('other-session')
  })

  it('is good for five minutes', () => {
    const sealed = tickets.make(wanted)
    now += 5 * 60_000 - 1
    expect(read(sealed)).toMatchObject(wanted)
    now += 1
    expect(tickets.read(sealed, mine)).toBe('expired')
  })

  it('can’t be made by anybody else, nor by another gate with the same key, nor of a code', () => {
    const [sealed, code] = [tickets.make(wanted), codeFor(tickets.make(wanted))]
    for (const forged of ['', 'x', `${sealed}A`, make(2).make(wanted), make(1, 'there').make(wanted), code])
      expect(tickets.read(forged, mine)).toBe('forged')
  })

  it('says whether whoever got it had the key, and is the same one after that was shown', () => {
    const sealed = tickets.make({ ...wanted, proven: false })
    expect(tickets.holderOf(sealed)).toMatchObject({ session: mine, proven: false })
    const ticket = read(sealed)
    now += 60_000
    const vouched = tickets.vouch(ticket)
    expect(tickets.holderOf(vouched)).toMatchObject({ session: mine, proven: true })
    expect(read(vouched)).toEqual({ ...ticket, proven: true })
    expect(tickets.holderOf('x')).toBeUndefined()
  })

  it('names a function in a hundred characters', () => {
    const { endpoint } = read(tickets.make({ ...wanted, endpoint: '😀'.repeat(300) }))
    expect(endpoint).toBe('😀'.repeat(100))
  })

  it('has a code only where a call has to be confirmed', () => {
    expect(tickets.confirm(read(tickets.make({ session: mine, proven: true, what: 'age' })))).toBeUndefined()
  })
})

describe('a code', () => {
  const call = 'digest'
  const spend = (code: string, { session = mine, of = call, at = now } = {}) =>
    tickets.spend(code, { session, call: of, shownAt: at })

  it('is spent once, by its session, for its call', async () => {
    const code = codeFor(tickets.make(wanted))
    expect(await spend(code)).toBe('spent')
    expect(await spend(code)).toBe('reused')
  })

  it('stays unspent where it is shown for something else', async () => {
    const code = codeFor(tickets.make(wanted))
    expect(await spend(code, { session: theirs })).toBe('other-session')
    expect(await spend(code, { of: 'other' })).toBe('other-call')
    expect(await spend(code)).toBe('spent')
  })

  it('is over after a minute', async () => {
    const code = codeFor(tickets.make(wanted))
    now += 60_000
    expect(await spend(code)).toBe('expired')
  })

  it('is good for whoever showed it within that minute, however long the rest took to come', async () => {
    const [code, over] = [codeFor(tickets.make(wanted)), codeFor(tickets.make(wanted))]
    const [first, second] = [now + 59_999, now + 60_000]
    now += 3_600_000
    expect(await spend(over, { at: second })).toBe('expired')
    expect(await spend(code, { at: first })).toBe('spent')
  })

  it('that was spent is not forgotten while a request that showed it in time may still be coming', async () => {
    const code = codeFor(tickets.make(wanted))
    const shown = now
    expect(await spend(code)).toBe('spent')
    now += 60_000 + 3_600_000 - 1
    await store.spent.prune(now)
    expect(await spend(code, { at: shown })).toBe('reused')
    now += 1
    expect(await spend(code, { at: shown })).toBe('expired')
  })

  it('is no ticket, and nothing that somebody made up', async () => {
    for (const forged of ['', 'x', tickets.make(wanted)]) expect(await spend(forged)).toBe('forged')
  })

  it('shown by many at once is taken from one', async () => {
    const code = codeFor(tickets.make(wanted))
    const all = await Promise.all(Array.from({ length: 30 }, () => spend(code)))
    expect(all.filter((one) => one === 'spent')).toHaveLength(1)
  })
})

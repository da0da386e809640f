/** Giving the password again: for what a ticket says, in the session that it was made for, paced like every other proof. */
import { beforeEach, describe, expect, it } from 'vitest'
import { bobsPassword, failed, instance, knock, password, prove } from '../../test/rig/login-rig.ts'
import { type LoginRig, newPassword, stranger, useLoginRig } from '../../test/rig/login-rig.ts'
import type { AuditEvent } from '../audit/event.ts'
import type { LoginFinish } from '../contract/contract.ts'
import { GateFault } from '../kit/fault.ts'
import type { SessionRow } from '../store/rows.ts'
import { Confirmation } from './confirmation.ts'
import { StepUpTickets } from './step-up-tickets.ts'

/** Where the password is typed: at a login host that need not be where somebody signed in. */
const from = { address: '198.51.100.7', userAgent: 'Browser/2' }

let rig: LoginRig
let tickets: StepUpTickets
let confirmation: Confirmation
useLoginRig((made) => (rig = made))

beforeEach(() => {
  tickets = new StepUpTickets({
    ...{ key: rig.keys.subKey('step-up'), instance, store: rig.store, clock: rig.clock },
    longestCallMs: 0,
  })
  confirmation = new Confirmation({ ...rig.parts, tickets })
})

const signInBob = async () => (await rig.signIn(stranger, bobsPassword, 'bob')).session
const ageTicket = ({ id }: SessionRow, proven = true) => tickets.make({ session: id, proven, what: 'age' })
const callTicket = ({ id }: SessionRow, call = 'digest') =>
  tickets.make({ session: id, proven: true, what: 'call', call, endpoint: 'delete_all' })

async function begin(session: SessionRow, ticket: string, typed: string) {
  const knocked = knock(typed)
  const started = await confirmation.start({ ...knocked.body, ticket }, session, from)
  if (started.kind === 'refusal') throw new TypeError(`refused: ${started.code}`)
  return { ...knocked, answer: started.answer }
}

/** Without the key that a login would enrol. */
function messageOf(proof: LoginFinish | undefined, ticket: string) {
  return { finishLoginRequest: proof?.finishLoginRequest, state: proof?.state, ticket }
}

async function confirm(session: SessionRow, ticket: string, typed = bobsPassword) {
  return confirmation.finish(messageOf(prove(await begin(session, ticket, typed)), ticket), session, from)
}

describe('whoever gives the password again', () => {
  it('is told first what for', async () => {
    const session = await signInBob()
    const looked = confirmation.look({ ticket: callTicket(session) }, session)
    expect(looked).toMatchObject({ answer: { what: 'call', endpoint: 'delete_all', username: 'bob' } })
    const guest = (await rig.signIn()).session
    expect(confirmation.look({ ticket: ageTicket(guest) }, guest)).toEqual({
      ...{ kind: 'answered', answer: { what: 'age' } },
    })
  })

  it('has given it now, in this session, and that is on record', async () => {
    const session = await signInBob()
    rig.now += 600_000
    expect(await confirm(session, ageTicket(session))).toEqual({ kind: 'answered', answer: {} })
    const [row] = await rig.store.sessions.listOpen()
    expect(row).toMatchObject({ id: session.id, authAt: rig.now, createdAt: rig.now - 600_000 })
    expect(rig.events.at(-1)).toMatchObject({
      ...{ kind: 'session.confirmed', what: 'age' },
      asker: { principal: 'user', username: 'bob', session: session.id, ...from },
    })
  })

  it('is on record before the session has it, and has nothing that can’t be recorded', async () => {
    const session = await signInBob()
    rig.now += 600_000
    const audit = {
      ...rig.parts.audit,
      write: (event: AuditEvent) =>
        event.kind === 'session.confirmed'
          ? Promise.reject(new GateFault('audit-unwritable', 'The log is full.'))
          : rig.parts.audit.write(event),
    }
    confirmation = new Confirmation({ ...rig.parts, audit, tickets })
    await expect(confirm(session, ageTicket(session))).rejects.toThrow()
    expect((await rig.store.sessions.listOpen())[0]?.authAt).toBe(session.authAt)
  })

  it('gets a code for the call that the ticket is about', async () => {
    const session = await signInBob()
    rig.now += 600_000
    const confirmed = await confirm(session, callTicket(session))
    if (confirmed.kind === 'refusal') throw new TypeError(confirmed.code)
    const code = confirmed.answer.code ?? ''
    const shown = { session: session.id, call: 'digest', shownAt: rig.now }
    expect(await tickets.spend(code, shown)).toBe('spent')
    expect(rig.events.at(-1)).toMatchObject({ what: 'call', endpoint: 'delete_all' })
    // For no other one the password is any newer.
    expect((await rig.store.sessions.listOpen())[0]?.authAt).toBe(session.authAt)
  })

  it('may have come in with the shared password', async () => {
    const { session } = await rig.signIn()
    expect(await confirm(session, ageTicket(session), password)).toMatchObject({ answer: {} })
  })
})

describe('a password that is not theirs', () => {
  it('confirms nothing, and is on record', async () => {
    const session = await signInBob()
    const ticket = callTicket(session)
    expect(prove(await begin(session, ticket, 'a wrong guess at it'))).toBeUndefined()
    const bluffed = await begin(session, ticket, bobsPassword)
    const bluff = { finishLoginRequest: 'A'.repeat(86), state: bluffed.answer.state, ticket }
    expect(await confirmation.finish(bluff, session, from)).toEqual(failed('wrong-proof'))
    expect(await confirmation.finish(bluff, session, from)).toEqual(failed('reused'))
    rig.now += 60_000
    await confirmation.review()
    for (const kind of ['login.started', 'login.refused', 'login.abandoned'])
      expect(rig.events.filter((event) => event.kind === kind).at(-1)).toMatchObject({ asker: from })
    expect(rig.kinds()).not.toContain('session.confirmed')
    expect((await rig.store.sessions.listOpen())[0]?.authAt).toBe(session.authAt)
  })

  it('is paced, and counted with the guesses at a change of password', async () => {
    const session = await signInBob()
    const ticket = ageTicket(session)
    const knocked = knock('a wrong guess at it')
    const guess = (n: number) =>
      n % 2 === 0
        ? confirmation.start({ ...knocked.body, ticket }, session, from)
        : rig.passwordChange.start(
            knocked.body,
            { ...session, account: rig.bob.id, username: rig.bob.name },
            from,
          )
    const refusedAt: number[] = []
    for (let n = 0; n < 12; n++) if ((await guess(n)).kind === 'refusal') refusedAt.push(n)
    expect(refusedAt).not.toEqual([])
    expect(await guess(12)).toMatchObject({ code: 'login-paced' })
    expect(await guess(13)).toMatchObject({ code: 'login-paced' })
    const paced = rig.events.flatMap((event) => (event.kind === 'login.paced' ? [event.asker.address] : []))
    expect(paced).toContain(from.address)
  })

  it.each([
    ['the password’s age', ageTicket],
    ['one call', callTicket],
  ])('that was right when it was typed is none once it was changed: for %s', async (_, ticketFor) => {
    const session = await signInBob()
    const ticket = ticketFor(session)
    const begun = await begin(session, ticket, bobsPassword)
    await rig.setBobsPassword(newPassword)
    expect(await confirmation.finish(messageOf(prove(begun), ticket), session, from)).toMatchObject({
      ...{ code: 'login-failed', because: { why: 'expired' } },
    })
  })
})

describe('where the session’s cookie isn’t sent', () => {
  it('a ticket says whose it is, while that is somebody’s', async () => {
    const session = await signInBob()
    const body = { ticket: callTicket(session) }
    expect(await confirmation.findSession(body)).toMatchObject({ id: session.id, username: 'bob' })
    await rig.sessions.end(session, 'operator')
    expect(await confirmation.findSession(body)).toMatchObject({
      ...{ code: 'ticket-over', because: { why: 'session-over' } },
    })
    const unknown = tickets.make({ session: 'nobody' as SessionRow['id'], proven: true, what: 'age' })
    expect(await confirmation.findSession({ ticket: unknown })).toMatchObject({
      ...{ code: 'ticket-over', because: { why: 'session-over' } },
    })
  })

  it('a ticket of whoever showed no key opens nothing, until the key vouches for it', async () => {
    const session = await signInBob()
    const ticket = ageTicket(session, false)
    expect(await confirmation.findSession({ ticket })).toMatchObject({
      ...{ code: 'ticket-over', because: { why: 'unproven' } },
    })
    const vouched = confirmation.vouch({ ticket }, session)
    if (vouched.kind === 'refusal') return expect.fail(vouched.code)
    expect(await confirmation.findSession(vouched.answer)).toMatchObject({ id: session.id })
    // What a page waits with is known by what it says.
    expect(confirmation.vouch(vouched.answer, session)).toEqual(vouched)
  })

  it('no session vouches for the ticket of another, nor for one that is over', async () => {
    const [session, other] = [await signInBob(), (await rig.signIn()).session]
    const ticket = ageTicket(other, false)
    expect(confirmation.vouch({ ticket }, session)).toMatchObject({ because: { why: 'other-session' } })
    rig.now += 300_000
    expect(confirmation.vouch({ ticket }, other)).toMatchObject({ because: { why: 'expired' } })
    expect(confirmation.vouch({ ticket: 'made-up' }, other)).toMatchObject({ code: 'ticket-invalid' })
    expect(confirmation.vouch({}, other)).toMatchObject({ code: 'body-invalid' })
  })

  it.each([undefined, {}, { ticket: 1 }, { ticket: 'made-up' }])('%j is nobody’s', async (body) => {
    expect(await confirmation.findSession(body)).toMatchObject({
      ...{ code: 'ticket-invalid', because: { why: 'forged' } },
    })
  })
})

describe('a proof', () => {
  it('begun for one call ends for no other one', async () => {
    const session = await signInBob()
    const [harmless, other] = [callTicket(session, 'one'), callTicket(session, 'two')]
    const begun = await begin(session, harmless, bobsPassword)
    expect(await confirmation.finish(messageOf(prove(begun), other), session, from)).toEqual(failed('forged'))
  })

  it('of a login, or of a change of password, confirms nothing', async () => {
    const session = await signInBob()
    const ticket = ageTicket(session)
    const login = prove(await rig.start(bobsPassword, stranger, rig.ceremony, 'bob'))
    expect(await confirmation.finish(messageOf(login, ticket), session, from)).toEqual(failed('forged'))
    const confirming = prove(await begin(session, ticket, bobsPassword))
    expect(await rig.ceremony.finish(confirming, stranger)).toMatchObject({ code: 'login-failed' })
  })

  it('with another’s session is none', async () => {
    const [bobs, guests] = [await signInBob(), (await rig.signIn()).session]
    const ticket = ageTicket(bobs)
    expect(confirmation.look({ ticket }, guests)).toMatchObject({
      ...{ code: 'ticket-over', because: { why: 'other-session' } },
    })
    const begun = await begin(bobs, ticket, bobsPassword)
    const own = ageTicket(guests)
    expect(await confirmation.finish(messageOf(prove(begun), own), guests, from)).toEqual(failed('forged'))
  })

  it.each([
    ['the password’s age', ageTicket],
    ['one call', callTicket],
  ])(
    'that comes after the ticket’s time, or in a session that is over, is none: for %s',
    async (_, ticketFor) => {
      const session = await signInBob()
      const ticket = ticketFor(session)
      const begun = await begin(session, ticket, bobsPassword)
      await rig.sessions.end(session, 'operator')
      expect(await confirmation.finish(messageOf(prove(begun), ticket), session, from)).toEqual(
        failed('expired'),
      )
      rig.now += 300_000
      expect(await confirmation.start({ ...knock('x').body, ticket }, session, from)).toMatchObject({
        ...{ code: 'ticket-over', because: { why: 'expired' } },
      })
    },
  )

  it.each([undefined, {}, { ticket: 1 }, { ticket: 'x', startLoginRequest: 'short' }])(
    'is never read from %j',
    async (body) => {
      const session = await signInBob()
      expect(await confirmation.start(body, session, from)).toMatchObject({ code: 'body-invalid' })
      expect(await confirmation.finish(body, session, from)).toMatchObject({ code: 'body-invalid' })
    },
  )
})

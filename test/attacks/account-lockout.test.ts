/**
 * The story (row 1.04): a program tries wrong passwords at somebody's name, not to get in but to keep them out; or, with
 * patience, to get in after all. The gate lets strangers wait longer and longer and stops at 80 in a row; whoever has
 * signed in from their own browser before notices nothing.
 */
import { describe, expect, it } from 'vitest'
import { failureKeyOf, type Username } from '../../src/kit/username.ts'
import { startGateHere, type GateHere } from '../rig/gate-here.ts'
import { cookieHeaderOf } from '../rig/log-in.ts'
import { join } from '../rig/set-password.ts'
import { userDoor, type Approach, type Door, type Knock } from './doors.ts'
import { readAuditRecords } from './audit-records.ts'
import { useApp } from './targets.ts'

const article = useApp('article')
const bob = { user: 'bob', password: 'a lighthouse for bob' }
const mallory = { user: 'mallory', password: 'an account of her own' }
const wrong = { user: 'bob', password: 'a wrong guess of a stranger' }

const calm = { burst: 1_000_000, intervalMs: 1 }
/** The pace of addresses is brute-force.test.ts's affair; here the stranger has as many as it takes. */
const unpaced = { pace: { address: calm, everyone: calm, knownBrowser: { burst: 10, intervalMs: 10_000 } } }

async function open(config: object = unpaced): Promise<GateHere> {
  const gate = await startGateHere({ upstream: article().url, config })
  await gate.users.add(bob.user, bob.password)
  await gate.users.add(mallory.user, mallory.password)
  return gate
}

/** The cookies of a browser in which they signed in once, without the session. */
async function knownBrowser(gate: GateHere, door: Door, who: typeof bob): Promise<{ cookie: string }> {
  const knock = await door.knock(who, { from: '127.0.0.5' })
  if (knock.kind !== 'in') throw new TypeError(`${who.user} did not get in: ${knock.kind}`)
  const known = knock.cookie.split('; ').filter((cookie) => cookie.startsWith(`${gate.cookies.known}=`))
  return { cookie: known.join('; ') }
}

interface Attack {
  readonly judged: number
  readonly last: Knock | undefined
}

/** Tries again and again, each time as soon as the door lets it. */
async function attack(gate: GateHere, door: Door, times: number, approach: Approach = {}): Promise<Attack> {
  let judged = 0
  let last: Knock | undefined
  for (let n = 0; n < times; n++) {
    last = await door.knock(wrong, { from: '127.0.0.66', ...approach })
    if (last.kind === 'slowed') gate.clock.advance(last.retryAfter * 1000)
    else judged++
  }
  return { judged, last }
}

describe('1.04 lock a real user out by wrong passwords', () => {
  it('60 wrong tries of a stranger: the user’s own browser gets in at once', async () => {
    await using gate = await open({})
    const door = userDoor(gate.url)
    const headers = await knownBrowser(gate, door, bob)
    for (let n = 0; n < 60; n++) await door.knock(wrong, { from: '127.0.0.66' })
    expect((await door.knock(bob, { from: '127.0.0.66' })).kind).toBe('slowed')
    expect((await door.knock(bob, { from: '127.0.0.66', headers })).kind).toBe('in')
  })

  it('80 in a row and as many more as you like: 80 are judged, and the user’s own browser gets in', async () => {
    await using gate = await open()
    const door = userDoor(gate.url)
    const headers = await knownBrowser(gate, door, bob)
    const outcome = await attack(gate, door, 230)
    expect(outcome.judged).toBe(80)
    expect(outcome.last).toMatchObject({ kind: 'slowed', status: 429, retryAfter: 900 })
    // Not even with the right password, which the stranger may have found by now.
    expect(await door.knock(bob, { from: '127.0.0.66' })).toMatchObject({ kind: 'slowed', retryAfter: 900 })
    expect((await door.knock(bob, { from: '127.0.0.5', headers })).kind).toBe('in')
    const locked = (await readAuditRecords(gate.auditDir)).filter(({ kind }) => kind === 'login.locked')
    expect(locked).toMatchObject([{ event: expect.stringMatching(/^authn_login_lock/) as unknown }])
    // Signing in cleared the count: the user gets in from a new browser too.
    expect((await door.knock(bob, { from: '127.0.0.7' })).kind).toBe('in')
  })

  it('is undone by the operator’s unlock, and by a new password by invitation', async () => {
    await using gate = await open()
    const door = userDoor(gate.url)
    const user = await gate.users.operator.find(bob.user as Username)
    if (user === undefined) return expect.fail('no bob')
    await attack(gate, door, 230)
    expect((await door.knock(bob)).kind).toBe('slowed')
    expect(await gate.users.operator.unlock(user)).toBe(true)
    expect((await door.knock(bob)).kind).toBe('in')
    await attack(gate, door, 230)
    expect((await door.knock(bob)).kind).toBe('slowed')
    const password = 'a new one after the attack'
    expect((await join(await gate.users.invite(user), password, gate)).status).toBe(204)
    expect((await door.knock({ ...bob, password })).kind).toBe('in')
  })

  it('doesn’t hold up who joins in the middle of it: the browser that set the password is known', async () => {
    const usedUp = { burst: 3, intervalMs: 86_400_000 }
    await using gate = await open({ pace: { ...unpaced.pace, everyone: usedUp } })
    const door = userDoor(gate.url)
    const carol = { user: 'carol', password: 'what carol has chosen' }
    const user = await gate.users.add(carol.user)
    for (let n = 0; n < 20; n++) await door.knock({ ...carol, password: wrong.password })
    const joined = await join(await gate.users.invite(user), carol.password, gate)
    const headers = { cookie: cookieHeaderOf(joined.headers.getSetCookie()) }
    expect((await door.knock(carol)).kind).toBe('slowed')
    expect((await door.knock(carol, { headers })).kind).toBe('in')
  })

  it('touches no other user', async () => {
    await using gate = await open()
    const door = userDoor(gate.url)
    await attack(gate, door, 230)
    expect((await door.knock(mallory, { from: '127.0.0.66' })).kind).toBe('in')
  })

  it('is kept over a restart: the count does not begin again', async () => {
    await using gate = await open()
    const door = userDoor(gate.url)
    await attack(gate, door, 20)
    const before = await gate.store.failures.find(failureKeyOf(bob.user as Username))
    await gate.restart()
    await attack(gate, door, 1)
    expect((await gate.store.failures.find(failureKeyOf(bob.user as Username)))?.count).toBe(
      (before?.count ?? 0) + 1,
    )
  })
})

describe('a stranger with an account of her own', () => {
  it('can’t use her known browser to escape the pace of another account', async () => {
    await using gate = await open()
    const door = userDoor(gate.url)
    const headers = await knownBrowser(gate, door, mallory)
    const outcome = await attack(gate, door, 230, { headers })
    expect(outcome.judged).toBe(80)
    expect(await door.knock(bob, { headers })).toMatchObject({ kind: 'slowed' })
    expect((await door.knock(mallory, { headers })).kind).toBe('in')
  })

  it('escapes the pace of addresses with it no better than anybody else', async () => {
    await using gate = await open({})
    const door = userDoor(gate.url)
    const headers = await knownBrowser(gate, door, mallory)
    const kinds: string[] = []
    for (let n = 0; n < 8; n++) kinds.push((await door.knock(wrong, { from: '127.0.0.66', headers })).kind)
    expect(kinds.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'wrong'))
    expect(kinds.slice(5)).toEqual(['slowed', 'slowed', 'slowed'])
  })

  it('gains nothing by sticking the entry of her account into a cookie of bob’s name', async () => {
    await using gate = await open()
    const door = userDoor(gate.url)
    const [bobs, hers] = [await knownBrowser(gate, door, bob), await knownBrowser(gate, door, mallory)]
    const [name = '', value = ''] = hers.cookie.split('=')
    const [, bobsValue = ''] = bobs.cookie.split('=')
    const spliced = value.split('.').map((part, at) => (at === 2 ? (bobsValue.split('.')[2] ?? '') : part))
    const headers = { cookie: `${name}=${spliced.join('.')}` }
    expect((await attack(gate, door, 230, { headers })).judged).toBe(80)
  })
})

describe('a copied cookie of a known browser', () => {
  it('guesses as often as a stranger may, and 20 times more: 100 in all', async () => {
    await using gate = await open()
    const door = userDoor(gate.url)
    const headers = await knownBrowser(gate, door, bob)
    const elsewhere = await attack(gate, door, 250, { headers })
    expect(elsewhere.judged).toBe(90)
    expect(elsewhere.last).toMatchObject({ kind: 'slowed', retryAfter: 900 })
    const beside = await attack(gate, door, 50, { headers, from: '127.0.0.5' })
    expect(beside.judged).toBe(10)
    expect(beside.last).toMatchObject({ kind: 'slowed', retryAfter: 900 })
  })

  it('keeps the owner out of nothing, however often its thief knocks from elsewhere', async () => {
    await using gate = await open({})
    const door = userDoor(gate.url)
    const headers = await knownBrowser(gate, door, bob)
    for (let second = 0; second < 200; second++) {
      await door.knock(wrong, { from: '127.0.0.66', headers })
      gate.clock.advance(1_000)
    }
    expect((await door.knock(bob, { from: '127.0.0.66', headers })).kind).toBe('slowed')
    expect((await door.knock(bob, { from: '127.0.0.5', headers })).kind).toBe('in')
  })

  it('is a stranger’s from the owner’s next sign-in on', async () => {
    await using gate = await open({})
    const door = userDoor(gate.url)
    const copied = await knownBrowser(gate, door, bob)
    const again = await door.knock(bob, { from: '127.0.0.5', headers: copied })
    if (again.kind !== 'in') return expect.fail(again.kind)
    // The former cookie is good for another minute: the answer with the new one may have been lost.
    gate.clock.advance(60_000)
    const judgedWith = async (headers: { readonly cookie: string }) => {
      const outcomes = []
      for (let n = 0; n < 8; n++) outcomes.push(await door.knock(wrong, { from: '127.0.0.5', headers }))
      return outcomes.filter(({ kind }) => kind === 'wrong').length
    }
    for (let n = 0; n < 8; n++) await door.knock(wrong, { from: '127.0.0.5' })
    expect(await judgedWith(copied)).toBe(0)
    expect(await judgedWith({ cookie: again.cookie })).toBe(5)
  })
})

/**
 * The story: a program tries passwords one after the other, the right one last, and then the same from many addresses,
 * true ones and invented ones. Nothing stops it at Gradio. At the gate strangers wait for each other, and whoever signed
 * in before doesn't wait for them; nobody is ever locked out.
 */
import { describe, expect, it } from 'vitest'
import { defaults } from '../../src/config/defaults.ts'
import { startGateHere } from '../rig/gate-here.ts'
import { articleDoor, gateDoor, gradioDoor, type Approach, type Credentials, type Door } from './doors.ts'
import { useApp, useAppWithAuth } from './targets.ts'

const tries = 200

interface Guessing {
  readonly gotIn: boolean
  /** Guesses that the door really looked at. */
  readonly judged: number
  readonly slowed: number
  /** What the door asked to wait, each time. */
  readonly retryAfter: readonly number[]
}

/** Guesses in a row without waiting, the right password last. */
async function guessInARow(
  door: Door,
  right: Credentials,
  approach: (attempt: number) => Approach = () => ({}),
): Promise<Guessing> {
  let [gotIn, judged] = [false, 0]
  const retryAfter: number[] = []
  for (let attempt = 1; attempt <= tries; attempt++) {
    const guess = attempt === tries ? right : { ...right, password: `wrong-guess-number-${String(attempt)}` }
    const knock = await door.knock(guess, approach(attempt))
    gotIn ||= knock.kind === 'in'
    if (knock.kind === 'slowed') retryAfter.push(knock.retryAfter)
    else judged++
  }
  return { gotIn, judged, slowed: retryAfter.length, retryAfter }
}

const inventedAddress = (attempt: number): Approach => ({
  headers: {
    'x-forwarded-for': `203.0.113.${String(attempt)}`,
    'x-real-ip': `203.0.113.${String(attempt)}`,
    forwarded: `for=203.0.113.${String(attempt)}`,
  },
})
const trueAddress = (attempt: number): Approach => ({ from: `127.0.7.${String(attempt)}` })

const withAuth = useAppWithAuth()
const article = useApp('article')

describe('online guessing', () => {
  const admin = { user: 'admin', password: 'password' }
  const { address, everyone } = defaults.pace

  it('1.02 brute force: 200 tries in a row succeed on auth=', async () => {
    expect(await guessInARow(gradioDoor(withAuth().url), admin)).toMatchObject({ gotIn: true, judged: tries })
  })

  it("1.02 brute force: 200 tries in a row succeed on the article's scheme", async () => {
    const outcome = await guessInARow(articleDoor(article().url), { password: 'password' })
    expect(outcome).toMatchObject({ gotIn: true, judged: tries })
  })

  it('1.03 brute force with a new X-Forwarded-For each time succeeds on auth=', async () => {
    const outcome = await guessInARow(gradioDoor(withAuth().url), admin, inventedAddress)
    expect(outcome).toMatchObject({ gotIn: true, judged: tries })
  })

  it.each([
    ['1.02 brute force: 200 tries in a row', undefined],
    ['1.03 brute force with a new X-Forwarded-For each time', inventedAddress],
  ])('%s is paced by the gate', async (_, approach) => {
    await using gate = await startGateHere({ upstream: article().url })
    const outcome = await guessInARow(gateDoor(gate.url), gate, approach)
    expect(outcome).toMatchObject({ gotIn: false, judged: address.burst, slowed: tries - address.burst })
    expect(Math.min(...outcome.retryAfter)).toBeGreaterThanOrEqual(1)
  })

  it('1.03 brute force from 200 true addresses is paced by the gate as a whole', async () => {
    await using gate = await startGateHere({ upstream: article().url })
    const outcome = await guessInARow(gateDoor(gate.url), gate, trueAddress)
    expect(outcome).toMatchObject({ gotIn: false, judged: everyone.burst, slowed: tries - everyone.burst })
  })

  it('1.03 an invented address is believed from a trusted proxy only, and then counts as one', async () => {
    await using gate = await startGateHere({
      upstream: article().url,
      config: { trustedProxies: ['127.0.0.1/32'] },
    })
    const door = gateDoor(gate.url)
    const behindProxy = (attempt: number) => ({
      headers: { 'x-forwarded-for': `198.51.100.${String(attempt)}, 203.0.113.9` },
    })
    expect((await guessInARow(door, gate, behindProxy)).judged).toBe(address.burst)
    expect((await door.knock(gate, { headers: { 'x-forwarded-for': '203.0.113.10' } })).kind).toBe('in')
  })

  it('the pace is kept over a restart', async () => {
    await using gate = await startGateHere({ upstream: article().url })
    await guessInARow(gateDoor(gate.url), gate)
    await gate.restart()
    expect((await gateDoor(gate.url).knock(gate)).kind).toBe('slowed')
  })
})

/** Wrong guesses of one machine after the other, until the doors are as tired as they get. */
async function wearOut(door: Door, user: string): Promise<void> {
  for (let attempt = 1; attempt <= 60; attempt++) {
    await door.knock({ user, password: `wrong-guess-number-${String(attempt)}` }, { from: '127.0.0.66' })
  }
}

async function wearOutFromEverywhere(door: Door): Promise<void> {
  for (let attempt = 1; attempt <= 2 * defaults.pace.everyone.burst; attempt++) {
    await door.knock({ password: `wrong-guess-number-${String(attempt)}` }, trueAddress(attempt))
  }
}

describe('1.04 lock a real user out by wrong passwords', () => {
  it('stays blocked at auth=, which counts nothing', async () => {
    const door = gradioDoor(withAuth().url)
    await wearOut(door, 'bob')
    expect((await door.knock({ user: 'bob', password: 'bobpw' })).kind).toBe('in')
  })

  it('is blocked by the gate: 60 wrong tries of one machine keep nobody else waiting', async () => {
    await using gate = await startGateHere({ upstream: article().url })
    const door = gateDoor(gate.url)
    await wearOut(door, 'bob')
    expect((await door.knock(gate, { from: '127.0.0.66' })).kind).toBe('slowed')
    expect((await door.knock(gate, { from: '127.0.0.5' })).kind).toBe('in')
  })

  it('is blocked by the gate: a browser that signed in before gets in under the heaviest attack', async () => {
    await using gate = await startGateHere({ upstream: article().url })
    const door = gateDoor(gate.url)
    const before = await door.knock(gate, { from: '127.0.0.5' })
    if (before.kind !== 'in') return expect.fail(before.kind)
    const known = before.cookie.split('; ').filter((cookie) => cookie.startsWith(`${gate.cookies.known}=`))
    await wearOutFromEverywhere(door)
    const headers = { cookie: known.join('; ') }
    expect((await door.knock(gate, { from: '127.0.0.5' })).kind).toBe('slowed')
    const again = await door.knock(gate, { from: '127.0.0.5', headers })
    if (again.kind !== 'in') return expect.fail(again.kind)
    const elsewhere = { from: '127.0.7.1', headers: { cookie: again.cookie } }
    expect((await door.knock(gate, elsewhere)).kind).toBe('in')
  })

  it('is blocked by the gate: who comes for the first time waits as long as is said, and gets in', async () => {
    await using gate = await startGateHere({ upstream: article().url })
    const door = gateDoor(gate.url)
    await wearOutFromEverywhere(door)
    const first = await door.knock(gate, { from: '127.0.0.5' })
    if (first.kind !== 'slowed') return expect.fail(first.kind)
    gate.clock.advance(first.retryAfter * 1000)
    expect((await door.knock(gate, { from: '127.0.0.5' })).kind).toBe('in')
  })

  it('is blocked by the gate: a thief who knocks all the time with the copied cookie keeps its owner waiting nowhere else', async () => {
    await using gate = await startGateHere({ upstream: article().url })
    const door = gateDoor(gate.url)
    const before = await door.knock(gate, { from: '127.0.0.5' })
    if (before.kind !== 'in') return expect.fail(before.kind)
    const known = before.cookie.split('; ').filter((cookie) => cookie.startsWith(`${gate.cookies.known}=`))
    const headers = { cookie: known.join('; ') }
    for (let second = 0; second < 105; second++) {
      await door.knock({ password: 'a wrong guess of the thief' }, { from: '127.0.0.66', headers })
      gate.clock.advance(1_000)
    }
    expect((await door.knock(gate, { from: '127.0.0.66', headers })).kind).toBe('slowed')
    // On the road, too, where nothing tells the two apart.
    expect((await door.knock(gate, { from: '127.0.0.9', headers })).kind).toBe('in')
  })

  it('a known-browser cookie is no way round the pace: forged, stolen or not, it has one budget of its own', async () => {
    await using gate = await startGateHere({ upstream: article().url })
    const door = gateDoor(gate.url)
    const before = await door.knock(gate)
    if (before.kind !== 'in') return expect.fail(before.kind)
    const known =
      before.cookie.split('; ').find((cookie) => cookie.startsWith(`${gate.cookies.known}=`)) ?? ''
    const stolen = await guessInARow(door, gate, (attempt) => ({
      ...trueAddress(attempt),
      headers: { cookie: known },
    }))
    // Beyond it the thief is a stranger like all the others; the sign-in was one of theirs.
    const { knownBrowser, everyone } = defaults.pace
    expect(stolen).toMatchObject({ gotIn: false, judged: knownBrowser.burst + everyone.burst - 1 })
    const forged = await guessInARow(door, gate, (attempt) => ({
      headers: { cookie: known.replace(/=../, `=${String(attempt).padStart(2, 'x').slice(-2)}`) },
    }))
    expect(forged.gotIn).toBe(false)
    expect(forged.judged).toBeLessThan(defaults.pace.address.burst)
  })
})

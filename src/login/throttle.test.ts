/** Who waits for whom. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../kit/secret.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import type { PasswordRow } from '../store/rows.ts'
import { addressKey } from '../kit/address-key.ts'
import { makeKnownBrowsers, markOf } from './known-browser.ts'
import type { KnownBrowser } from './known-browser.ts'
import { makeThrottle } from './throttle.ts'

const row: PasswordRow = {
  id: 'shared',
  record: 'first',
  stretching: { memory: 8, iterations: 1, parallelism: 1 },
  changedAt: 1,
}
const mark = markOf(row)
const start = 1_700_000_000_000
const day = 24 * 60 * 60 * 1000

describe('one address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:DB8:1:3::1', '2001:db8:1:3::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', 'unknown'],
    ['not-an-address', 'unknown'],
    ['192.0.2.7, 10.0.0.1', 'unknown'],
  ])('%s counts as %s', (address, key) => {
    expect(addressKey(address)).toBe(key)
  })

  it('is the same for all of an IPv6 /64, and never the same for two', () => {
    const group = fc.integer({ min: 0, max: 0xffff })
    const half = fc.array(group, { minLength: 4, maxLength: 4 })
    const spell = (groups: readonly number[]) => groups.map((part) => part.toString(16)).join(':')
    fc.assert(
      fc.property(half, half, half, half, (network, other, hostA, hostB) => {
        // ::ffff:0:0/96 is IPv4 in disguise.
        fc.pre(network.some((part) => part !== 0) && other.some((part) => part !== 0))
        const one = addressKey(spell([...network, ...hostA]))
        expect(addressKey(spell([...network, ...hostB]))).toBe(one)
        expect(addressKey(spell([...other, ...hostB])) === one).toBe(spell(network) === spell(other))
      }),
    )
  })
})

describe('the cookie of a browser that signed in before', () => {
  const key = new Secret<Uint8Array>(randomBytes(32))
  const browsers = makeKnownBrowsers(key, 'abcd2345')

  it('is known for 90 days', () => {
    const cookie = browsers.make('shared', mark, start)
    expect(browsers.read(cookie, 'shared', start)).toMatchObject({ mark })
    expect(browsers.read(cookie, 'shared', start + 90 * day - 1)).toBeDefined()
    expect(browsers.read(cookie, 'shared', start + 90 * day)).toBeUndefined()
    expect(browsers.make('shared', mark, start)).not.toBe(cookie)
  })

  it('is nobody’s when it is forged, changed, or of another instance or key', () => {
    const cookie = browsers.make('shared', mark, start)
    const strange = new Secret<Uint8Array>(randomBytes(32))
    expect(makeKnownBrowsers(key, 'zzzz2345').read(cookie, 'shared', start)).toBeUndefined()
    expect(makeKnownBrowsers(strange, 'abcd2345').read(cookie, 'shared', start)).toBeUndefined()
    const [id = '', issued = '', whose = '', marked = '', signature = ''] = cookie.split('.')
    const wrong = [
      '',
      'x',
      `${id}.${issued}.${whose}.${marked}`,
      `${cookie}.`,
      `${id}.${issued}0.${whose}.${marked}.${signature}`,
      `${id}.9${issued.slice(1)}.${whose}.${marked}.${signature}`,
      `${id}.${issued}.${whose}.none.${signature}`,
      `${id}.${issued}.${marked}.${marked}.${signature}`,
      `${id.slice(1)}A.${issued}.${whose}.${marked}.${signature}`,
      `${id}.${issued}.${whose}.${marked}.${'A'.repeat(43)}`,
    ]
    for (const text of wrong) expect(browsers.read(text, 'shared', start), text).toBeUndefined()
    fc.assert(
      fc.property(fc.nat(cookie.length - 1), fc.constantFrom(...'AZaz09-_.'), (at, letter) => {
        fc.pre(cookie[at] !== letter)
        const changed = cookie.slice(0, at) + letter + cookie.slice(at + 1)
        expect(browsers.read(changed, 'shared', start)).toBeUndefined()
      }),
    )
  })
})

describe('the pace', () => {
  const paces = {
    address: { burst: 3, intervalMs: 10_000 },
    everyone: { burst: 8, intervalMs: 1_000 },
    knownBrowser: { burst: 2, intervalMs: 10_000 },
  }
  const make = () => {
    const throttle = makeThrottle(paces, makeMemoryStore())
    const allowed = async (address: string, browser?: KnownBrowser, now = start) =>
      throttle.attempt({ address, browser, mark }, now)
    return { throttle, allowed }
  }

  it('lets an address try a few times, then says how long to wait, and lets it try again', async () => {
    const { allowed } = make()
    for (let n = 0; n < 3; n++) expect(await allowed('192.0.2.1')).toEqual({ allowed: true })
    expect(await allowed('192.0.2.1')).toEqual({ allowed: false, bucket: 'stranger', retryAfter: 10 })
    expect(await allowed('192.0.2.1', undefined, start + 9_500)).toMatchObject({ retryAfter: 1 })
    expect(await allowed('192.0.2.1', undefined, start + 10_000)).toEqual({ allowed: true })
    expect(await allowed('192.0.2.2', undefined, start + 10_000)).toEqual({ allowed: true })
  })

  it('holds for all strangers together, however many addresses they have', async () => {
    const { allowed } = make()
    const answers = []
    for (let n = 0; n < 100; n++) answers.push(await allowed(`2001:db8:0:${n.toString(16)}::1`))
    expect(answers.filter((answer) => answer.allowed).length).toBe(8)
  })

  it('never locks: after the flood a stranger gets in at once', async () => {
    const { allowed } = make()
    for (let n = 0; n < 1000; n++) await allowed(`192.0.2.${String(n % 250)}`)
    expect(await allowed('198.51.100.1', undefined, start + 1_000)).toEqual({ allowed: true })
  })

  it('of a flood does not touch a browser that signed in before, not even behind the same address', async () => {
    const { allowed } = make()
    for (let n = 0; n < 100; n++) await allowed('192.0.2.1')
    for (let n = 0; n < 100; n++) await allowed(`192.0.2.${String(n)}`)
    expect((await allowed('192.0.2.1')).allowed).toBe(false)
    expect(await allowed('192.0.2.1', { id: 'mine', mark })).toEqual({ allowed: true })
  })

  it('of a known browser is its own, and costs strangers nothing', async () => {
    const { allowed } = make()
    const mine = { id: 'mine', mark }
    for (let n = 0; n < 2; n++) expect((await allowed('192.0.2.1', mine)).allowed).toBe(true)
    expect(await allowed('192.0.2.1', mine)).toEqual({
      allowed: false,
      bucket: 'known-browser',
      retryAfter: 10,
    })
    expect((await allowed('192.0.2.1', { id: 'yours', mark })).allowed).toBe(true)
    for (let n = 0; n < 3; n++) expect((await allowed('192.0.2.1')).allowed).toBe(true)
  })

  it('holds for all cookies gathered with an earlier password together', async () => {
    const { throttle } = make()
    const today = markOf({ ...row, record: 'second' })
    const before = (n: number) => ({ address: '192.0.2.1', browser: { id: String(n), mark }, mark: today })
    const answers = []
    for (let n = 0; n < 100; n++) answers.push(await throttle.attempt(before(n), start))
    expect(answers.filter((answer) => answer.allowed).length).toBe(8)
    expect(answers.at(-1)).toMatchObject({ bucket: 'known-before' })
    expect(
      (await throttle.attempt({ address: '192.0.2.1', browser: undefined, mark: today }, start)).allowed,
    ).toBe(true)
  })
})

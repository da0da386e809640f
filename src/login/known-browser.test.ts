/** What the cookie of a browser says that signed in before. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../kit/secret.ts'
import type { AccountId, PasswordRow } from '../store/rows.ts'
import { makeKnownBrowsers, markOf } from './known-browser.ts'

const row: PasswordRow = {
  id: 'shared',
  record: 'first',
  stretching: { memory: 8, iterations: 1, parallelism: 1 },
  changedAt: 1,
}
const mark = markOf(row)
const start = 1_700_000_000_000
const day = 24 * 60 * 60 * 1000
const at = (now: number) => ({ address: '192.0.2.7', now })

describe('the cookie of a browser that signed in before', () => {
  const key = new Secret<Uint8Array>(randomBytes(32))
  const browsers = makeKnownBrowsers(key, 'abcd2345')

  it('is known for 90 days', () => {
    const cookie = browsers.make('shared', mark, at(start))
    expect(browsers.read(cookie, 'shared', at(start))).toMatchObject({ mark })
    expect(browsers.read(cookie, 'shared', at(start + 90 * day - 1))).toBeDefined()
    expect(browsers.read(cookie, 'shared', at(start + 90 * day))).toBeUndefined()
    expect(browsers.make('shared', mark, at(start))).not.toBe(cookie)
  })

  it('is at home where somebody signed in with it: at that address, of IPv6 in that network', () => {
    const isHome = (made: string, read: string) => {
      const cookie = browsers.make('shared', mark, { address: made, now: start })
      return browsers.read(cookie, 'shared', { address: read, now: start })?.atHome
    }
    expect(isHome('192.0.2.7', '192.0.2.7')).toBe(true)
    expect(isHome('192.0.2.7', '::ffff:192.0.2.7')).toBe(true)
    expect(isHome('192.0.2.7', '192.0.2.8')).toBe(false)
    expect(isHome('2001:db8::1', '2001:db8::aaaa:1')).toBe(true)
    expect(isHome('2001:db8::1', '2001:db8:0:1::1')).toBe(false)
    // Nobody reads the address, or that two were at the same one, out of their cookies.
    const homes = [1, 2].map(() => browsers.make('shared', mark, at(start)).split('.')[4])
    expect(new Set(homes).size).toBe(2)
  })

  it('is nobody’s when it is forged, changed, or of another instance or key', () => {
    const cookie = browsers.make('shared', mark, at(start))
    const strange = new Secret<Uint8Array>(randomBytes(32))
    expect(makeKnownBrowsers(key, 'zzzz2345').read(cookie, 'shared', at(start))).toBeUndefined()
    expect(makeKnownBrowsers(strange, 'abcd2345').read(cookie, 'shared', at(start))).toBeUndefined()
    const [id = '', issued = '', whose = '', marked = '', home = '', signature = ''] = cookie.split('.')
    const wrong = [
      '',
      'x',
      `${id}.${issued}.${whose}.${marked}`,
      `${id}.${issued}.${whose}.${marked}.${marked}.${signature}`,
      `${cookie}.`,
      `${id}.${issued}0.${whose}.${marked}.${home}.${signature}`,
      `${id}.9${issued.slice(1)}.${whose}.${marked}.${home}.${signature}`,
      `${id}.${issued}.${whose}.none.${home}.${signature}`,
      `${id}.${issued}.${marked}.${marked}.${home}.${signature}`,
      `${id.slice(1)}A.${issued}.${whose}.${marked}.${home}.${signature}`,
      `${id}.${issued}.${whose}.${marked}.${home}.${'A'.repeat(43)}`,
    ]
    for (const text of wrong) expect(browsers.read(text, 'shared', at(start)), text).toBeUndefined()
    fc.assert(
      fc.property(fc.nat(cookie.length - 1), fc.constantFrom(...'AZaz09-_.'), (place, letter) => {
        fc.pre(cookie[place] !== letter)
        const changed = cookie.slice(0, place) + letter + cookie.slice(place + 1)
        expect(browsers.read(changed, 'shared', at(start))).toBeUndefined()
      }),
    )
  })
})

describe('the cookie of a browser that several people sign in at', () => {
  const browsers = makeKnownBrowsers(new Secret<Uint8Array>(randomBytes(32)), 'abcd2345')
  const accounts = ['shared', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6'] as AccountId[]
  const markFor = (n: number) => markOf({ ...row, record: `record ${String(n)}` })

  it('knows the newest mark of each of the last five, and nobody else', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(accounts.length - 1), { maxLength: 20 }), (signIns) => {
        let cookie: string | undefined
        for (const [turn, who] of signIns.entries())
          cookie = browsers.make(accounts[who] ?? 'shared', markFor(turn), at(start), cookie)
        const latest = new Map(signIns.map((who, turn) => [who, turn]))
        const kept = [...latest].sort((one, other) => other[1] - one[1]).slice(0, 5)
        for (const [who, account] of accounts.entries()) {
          const turn = kept.find(([kind]) => kind === who)?.[1]
          const found = browsers.read(cookie ?? '', account, at(start))
          expect(found?.mark).toBe(turn === undefined ? undefined : markFor(turn))
        }
        expect((cookie ?? '').length).toBeLessThan(1024)
      }),
    )
  })

  it('takes nothing over from a forged one, nor from one that is over', () => {
    const other = makeKnownBrowsers(new Secret<Uint8Array>(randomBytes(32)), 'abcd2345')
    const forged = other.make('u1' as AccountId, mark, at(start))
    expect(browsers.make('shared', mark, at(start), forged).split('.')).toHaveLength(6)
    const old = browsers.make('u1' as AccountId, mark, at(start))
    expect(browsers.make('shared', mark, at(start + 90 * day), old).split('.')).toHaveLength(6)
    expect(browsers.read([forged, old].join('.'), 'u1' as AccountId, at(start))).toMatchObject({ mark })
    const six = Array.from({ length: 6 }, () => old).join('.')
    expect(browsers.read(six, 'u1' as AccountId, at(start))).toBeUndefined()
  })

  it('is nobody’s for a name that nobody has', () => {
    expect(browsers.read(browsers.make('shared', mark, at(start)), undefined, at(start))).toBeUndefined()
  })
})

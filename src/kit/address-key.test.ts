/** Which addresses count as one. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressKey } from './address-key.ts'

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

/** Lines, MACs and commitments, each by itself. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { addressPrefix } from './address-prefix.ts'
import { chainMac, chainStart, deriveChainKey, formatLine, parseLine } from './chain.ts'
import { Commitments, isOpenedBy } from './commitment.ts'

// A busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 })

describe('a line', () => {
  test('comes apart into the bytes it was made of, whatever stands in them', () => {
    const json = fc
      .dictionary(fc.string(), fc.string({ unit: 'binary' }))
      .map((value) => JSON.stringify(value))
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        json,
        fc.option(json),
        (mac, record, personal) => {
          fc.pre(!record.includes('"personal":'))
          const line = Buffer.from(formatLine(mac, record, personal ?? ''))
          expect(line.at(-1)).toBe(0x0a)
          const parsed = parseLine(line.subarray(0, -1))
          expect(parsed?.mac).toEqual(Buffer.from(mac))
          expect(parsed?.record.toString()).toBe(Buffer.from(record).toString())
          expect(parsed?.personal).toBe(personal === null ? undefined : Buffer.from(personal).toString())
        },
      ),
    )
  })

  test('that is not ours is nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => parseLine(Buffer.from(bytes)) === undefined),
    )
  })

  test('with a MAC in another spelling is nothing', () => {
    const line = formatLine(new Uint8Array(32), '{}', '').trimEnd()
    expect(parseLine(Buffer.from(line))).toBeDefined()
    expect(parseLine(Buffer.from(line.replace(/A"/, 'B"')))).toBeUndefined()
  })
})

describe('the chain', () => {
  const key = deriveChainKey(randomBytes(32))

  test('starts elsewhere in each segment and with each key', () => {
    const other = deriveChainKey(randomBytes(32))
    const starts = [chainStart(key, 'a'), chainStart(key, 'b'), chainStart(other, 'a')]
    expect(new Set(starts.map((start) => start.toString('hex'))).size).toBe(3)
  })

  test('gives one record another MAC behind another record', () => {
    const first = chainMac(key, chainStart(key, 'a'), '{"n":1}')
    expect(chainMac(key, first, '{"n":2}')).not.toEqual(chainMac(key, chainStart(key, 'a'), '{"n":2}'))
  })

  test('takes no short key', () => {
    expect(() => deriveChainKey(new Uint8Array(16))).toThrow(TypeError)
  })
})

describe('a commitment', () => {
  test('is opened by its value and salt and by no other', () => {
    const { commitment, opening } = new Commitments().commit('192.0.2.1')
    expect(isOpenedBy(commitment, opening)).toBe(true)
    expect(isOpenedBy(commitment, { ...opening, value: '192.0.2.2' })).toBe(false)
    expect(isOpenedBy(commitment, { ...opening, salt: new Commitments().commit('x').opening.salt })).toBe(
      false,
    )
    expect(isOpenedBy(commitment, { ...opening, salt: '' })).toBe(false)
  })

  test('is remembered for the latest values only, and for none after a segment', () => {
    const commitments = new Commitments(2)
    const [first] = ['a', 'b'].map((value) => commitments.commit(value))
    expect(commitments.commit('a')).toBe(first)
    commitments.commit('c')
    expect(commitments.commit('a')).toBe(first)
    expect(commitments.commit('b')).not.toBe(first)
    commitments.forget()
    expect(commitments.commit('a').commitment).not.toBe(first?.commitment)
  })
})

test.each([
  ['192.0.2.77', '192.0.2.0/24'],
  ['::ffff:192.0.2.77', '192.0.2.0/24'],
  ['2001:db8:1234:5678::1', '2001:db8:1234::/48'],
  ['::1', '0:0:0::/48'],
  ['fe80::1%eth0', 'fe80:0:0::/48'],
  ['not an address', 'unknown'],
  [undefined, 'unknown'],
])('%s is counted under %s', (address, prefix) => {
  expect(addressPrefix(address)).toBe(prefix)
})

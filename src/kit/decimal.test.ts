/** Four decimal places, rounded both ways, by the digits. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundsOf } from './decimal.ts'
import { Numeral } from './json.ts'

const both = (text: string) => ({ floor: text, ceiling: text })

describe('the bounds of a number', () => {
  it.each([
    [0, both('0.0000')],
    [-0, both('0.0000')],
    [2.5, both('2.5000')],
    [-1000, both('-1000.0000')],
    [1e-7, { floor: '0.0000', ceiling: '0.0001' }],
    [-1e-7, { floor: '-0.0001', ceiling: '0.0000' }],
    [3.14159, { floor: '3.1415', ceiling: '3.1416' }],
    [-3.14159, { floor: '-3.1416', ceiling: '-3.1415' }],
    [922337203685477, both('922337203685477.0000')],
    [new Numeral('2.50000000000000000000000001'), { floor: '2.5000', ceiling: '2.5001' }],
    [new Numeral('1.20e+1'), both('12.0000')],
    [new Numeral('922337203685477.5807'), both('922337203685477.5807')],
    [new Numeral('-922337203685477.5808'), both('-922337203685477.5808')],
  ])('of %s are %o', (number, bounds) => {
    expect(boundsOf(number)).toEqual(bounds)
  })

  it.each([
    [1e15],
    [-1e300],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [new Numeral('922337203685477.58071')],
    [new Numeral('-922337203685477.58081')],
    [new Numeral('1e999999999999')],
    [new Numeral(`0.${'1'.repeat(1000)}`)],
  ])('of %s do not exist', (number) => {
    expect(boundsOf(number)).toBeUndefined()
  })

  it('enclose the number, at most one ten-thousandth apart', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e11, max: 1e11, noNaN: true }), (number) => {
        const bounds = boundsOf(number)
        const [floor, ceiling] = [Number(bounds?.floor), Number(bounds?.ceiling)]
        expect(floor).toBeLessThanOrEqual(number)
        expect(ceiling).toBeGreaterThanOrEqual(number)
        expect(Math.round((ceiling - floor) * 10_000)).toBeLessThanOrEqual(1)
      }),
    )
  })
})

/** Numbers as decimals of four places, as Cedar has them: what has more of them is given as the two between which it lies. */
import { Numeral } from './json.ts'

export interface Bounds {
  readonly floor: string
  readonly ceiling: string
}

// Cedar's decimal is a 64-bit integer of ten-thousandths.
const most = 2n ** 63n - 1n
const least = -(2n ** 63n)

const form = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/** Undefined when it lies beyond what Cedar can hold. By the digits as they were written, never by way of a double. */
export function boundsOf(number: number | Numeral): Bounds | undefined {
  const text = number instanceof Numeral ? number.text : String(number)
  const found = form.exec(text)
  if (found === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = found
  // The double's range is narrower; more digits would only cost time.
  const places = Number(exponent) - fraction.length + 4
  if (Math.abs(places) > 400 || text.length > 400) return undefined
  const digits = BigInt(`${whole}${fraction}`)
  const scale = 10n ** BigInt(Math.abs(places))
  const [down, isExact] = places >= 0 ? [digits * scale, true] : [digits / scale, digits % scale === 0n]
  const up = isExact ? down : down + 1n
  const [floor, ceiling] = sign === '-' ? [-up, -down] : [down, up]
  if (floor < least || ceiling > most) return undefined
  return { floor: write(floor), ceiling: write(ceiling) }
}

function write(tenThousandths: bigint): string {
  const size = tenThousandths < 0n ? -tenThousandths : tenThousandths
  const digits = String(size).padStart(5, '0')
  return `${tenThousandths < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`
}

/** `when:` of a role as Cedar: each key by itself, word for word. */
import { describe, expect, it } from 'vitest'
import { compileWhen } from './compile-when.ts'
import type { When } from './roles.ts'

const tag = 'context.times.getTag("UTC")'
const held = (kind: string, name = 'n') => `context.arguments.${kind}.getTag("${name}")`
const has = (kind: string, name = 'n') => `context.arguments.${kind}.hasTag("${name}")`

describe('a visit', () => {
  it.each<[When | undefined, readonly string[]]>([
    [undefined, []],
    [{}, []],
    [{ mfa: true }, ['context.mfa']],
    [{ mfa: false }, []],
    [{ method: ['password'] }, ['context.method == "password"']],
    [{ method: ['password', 'token'] }, ['(context.method == "password" || context.method == "token")']],
    [{ network: ['10.0.0.0/8'] }, ['context.address.isInRange(ip("10.0.0.0/8"))']],
    [
      { network: ['10.0.0.0/8', '::1/128'] },
      ['(context.address.isInRange(ip("10.0.0.0/8")) || context.address.isInRange(ip("::1/128")))'],
    ],
    [
      { hours: [{ from: 540, to: 1080 }] },
      ['context.times.hasTag("UTC")', `(${tag}.minute >= 540 && ${tag}.minute < 1080)`],
    ],
    [
      { hours: [{ from: 1320, to: 360 }] },
      ['context.times.hasTag("UTC")', `(${tag}.minute >= 1320 || ${tag}.minute < 360)`],
    ],
    [
      {
        hours: [
          { from: 0, to: 1 },
          { from: 2, to: 3 },
        ],
      },
      [
        'context.times.hasTag("UTC")',
        `((${tag}.minute >= 0 && ${tag}.minute < 1) || (${tag}.minute >= 2 && ${tag}.minute < 3))`,
      ],
    ],
    [
      { days: ['mon', 'sun'], timeZone: 'Asia/Tokyo' },
      ['context.times.hasTag("Asia/Tokyo")', '[1, 7].contains(context.times.getTag("Asia/Tokyo").weekday)'],
    ],
    [
      { days: ['tue'], hours: [{ from: 0, to: 1 }] },
      [
        'context.times.hasTag("UTC")',
        `(${tag}.minute >= 0 && ${tag}.minute < 1)`,
        `[2].contains(${tag}.weekday)`,
      ],
    ],
    [{ timeZone: 'Asia/Tokyo' }, []],
    [
      { attributes: { team: ['legal-*', 'tax'], badge: ['7'] } },
      [
        'principal.hasTag("team") && (principal.getTag("team") like "legal-*" || principal.getTag("team") == "tax")',
        'principal.hasTag("badge") && principal.getTag("badge") == "7"',
      ],
    ],
  ])('%j', (when, visit) => {
    expect(compileWhen(when)).toEqual({ visit, act: [], call: [] })
  })
})

describe('an act', () => {
  it.each<[When, readonly string[]]>([
    [{ authAge: 900_000 }, ['context.authAge <= 900']],
    [{ authAge: 1999 }, ['context.authAge <= 1']],
    [{ authAge: 0 }, ['context.authAge <= 0']],
    [{ proof: true }, ['context.proof']],
    [{ proof: false }, []],
    [{ proof: true, authAge: 1000 }, ['context.authAge <= 1', 'context.proof']],
  ])('%j', (when, act) => {
    expect(compileWhen(when)).toEqual({ visit: [], act, call: [] })
  })
})

describe('a password for each call', () => {
  it('is a condition of the call alone', () => {
    const when = { fresh: 'call', authAge: 60_000 } as const
    expect(compileWhen(when)).toEqual({ visit: [], act: ['context.authAge <= 60'], call: ['context.fresh'] })
  })
})

describe('an argument', () => {
  const rule = (...values: readonly (string | number | boolean)[]) => ({ kind: 'values', values }) as const
  const exactly = (number: string) =>
    `(${has('numbers')} && ${held('numbers')}.floor == decimal("${number}") && ${held('numbers')}.ceiling == decimal("${number}"))`

  it.each([
    [
      rule('may'),
      `((${has('texts')} && ${held('texts')} == "may") || (${has('lists')} && ["may"].containsAll(${held('lists')})))`,
    ],
    [
      rule('may', 'ju*'),
      `((${has('texts')} && (${held('texts')} == "may" || ${held('texts')} like "ju*")) || ` +
        `(${has('lists')} && ["may"].containsAll(${held('lists')})))`,
    ],
    [
      rule('may', 'june'),
      `((${has('texts')} && (${held('texts')} == "may" || ${held('texts')} == "june")) || ` +
        `(${has('lists')} && ["may", "june"].containsAll(${held('lists')})))`,
    ],
    [rule('ju*'), `(${has('texts')} && ${held('texts')} like "ju*")`],
    [rule(5), exactly('5.0000')],
    [rule(5, -1.5), `(${exactly('5.0000')} || ${exactly('-1.5000')})`],
    [rule(true), `(${has('flags')} && ${held('flags')})`],
    [rule(false), `(${has('flags')} && !${held('flags')})`],
    [rule(5, true), `(${exactly('5.0000')} || (${has('flags')} && ${held('flags')}))`],
    [
      { kind: 'range', min: 1, max: 9 } as const,
      `(${has('numbers')} && ${held('numbers')}.floor.greaterThanOrEqual(decimal("1.0000")) && ` +
        `${held('numbers')}.ceiling.lessThanOrEqual(decimal("9.0000")))`,
    ],
    [
      { kind: 'range', min: 1 } as const,
      `(${has('numbers')} && ${held('numbers')}.floor.greaterThanOrEqual(decimal("1.0000")))`,
    ],
    [
      { kind: 'range', max: 9 } as const,
      `(${has('numbers')} && ${held('numbers')}.ceiling.lessThanOrEqual(decimal("9.0000")))`,
    ],
  ])('%j', (one, call) => {
    expect(compileWhen({ arguments: { n: one } })).toEqual({ visit: [], act: [], call: [call] })
  })

  it('is one condition for each', () => {
    const { call } = compileWhen({ arguments: { a: rule('x*'), b: rule(true) } })
    expect(call).toEqual([
      `(${has('texts', 'a')} && ${held('texts', 'a')} like "x*")`,
      `(${has('flags', 'b')} && ${held('flags', 'b')})`,
    ])
  })
})

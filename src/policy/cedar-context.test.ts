/** The circumstances of a request and the arguments of a call, as Cedar is told of them. */
import { describe, expect, it } from 'vitest'
import { Numeral } from '../kit/json.ts'
import type { PolicyContext } from './engine.ts'
import { anyContext, argumentEntities, contextFor, timesEntity } from './cedar-context.ts'

const refer = (type: string) => ({ __entity: { type: `Sekisho::${type}`, id: 'request' } })
const now = Date.UTC(2026, 10, 22, 23, 5)

describe('the context', () => {
  const context: PolicyContext = {
    method: 'password',
    mfa: true,
    authAge: 61.9,
    address: '2001:db8::1',
    tls: true,
    proof: false,
    fresh: true,
    now,
  }
  const told = {
    ...{ method: 'password', mfa: true, tls: true, proof: false, authAge: 61, times: refer('Times') },
    address: { __extn: { fn: 'ip', arg: '2001:db8::1' } },
    now: { __extn: { fn: 'datetime', arg: '2026-11-22T23:05:00.000Z' } },
  }

  it('is what is known of the request, in whole seconds', () => {
    expect(contextFor(context, { call: false })).toEqual(told)
  })

  it('of a call tells whether the password was given for it, and refers to its arguments', () => {
    expect(contextFor(context, { call: true })).toEqual({
      ...told,
      fresh: true,
      arguments: {
        ...{ texts: refer('Texts'), numbers: refer('Numbers') },
        ...{ flags: refer('Flags'), lists: refer('Lists') },
      },
    })
  })

  it('that stands in where nobody looks grants nothing', () => {
    expect(anyContext).toMatchObject({ method: 'none', mfa: false, tls: false, proof: false, fresh: false })
  })
})

it('the time is told by the clocks of the zones that are asked for', () => {
  expect(timesEntity(now, new Set(['UTC', 'Asia/Tokyo']))).toEqual({
    uid: { type: 'Sekisho::Times', id: 'request' },
    attrs: {},
    parents: [],
    tags: {
      // A Sunday, and already Monday in Tokyo.
      UTC: { hour: 23, minute: 23 * 60 + 5, weekday: 7 },
      'Asia/Tokyo': { hour: 8, minute: 8 * 60 + 5, weekday: 1 },
    },
  })
})

describe('arguments', () => {
  const entity = (type: string, tags: object) => ({
    ...{ uid: { type: `Sekisho::${type}`, id: 'request' }, attrs: {}, parents: [], tags },
  })
  const decimal = (arg: string) => ({ __extn: { fn: 'decimal', arg } })

  it('are told by their kinds', () => {
    const given = { text: 'x', empty: '', flag: false, number: 1.5, list: ['a', 'b'], none: [] }
    expect(argumentEntities(given)).toEqual([
      entity('Texts', { text: 'x', empty: '' }),
      entity('Numbers', { number: { floor: decimal('1.5000'), ceiling: decimal('1.5000') } }),
      entity('Flags', { flag: false }),
      entity('Lists', { list: ['a', 'b'], none: [] }),
    ])
  })

  it('that are none of these stand nowhere', () => {
    expect(argumentEntities({ none: null, object: { a: 1 }, mixed: ['a', 1], far: 1e300 })).toEqual([])
    expect(argumentEntities({})).toEqual([])
  })

  it('that are numbers lie between their bounds', () => {
    const [numbers] = argumentEntities({ third: 0.33333, long: new Numeral('2.0') })
    expect(numbers?.tags).toEqual({
      third: { floor: decimal('0.3333'), ceiling: decimal('0.3334') },
      long: { floor: decimal('2.0000'), ceiling: decimal('2.0000') },
    })
  })
})

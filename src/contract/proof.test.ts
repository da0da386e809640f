/** Fields that pages and programs read: what was written is read again, and nothing else is. */
import { describe, expect, it } from 'vitest'
import { parseChallenge, parseStepUp, stepUps, writeChallenge, writeStepUp } from './proof.ts'

const challenge = { epoch: 'AbC-_9', at: 1_700_000_000, keyid: 'k-_1' }

describe('a challenge', () => {
  it('is read as it was written', () => {
    expect(parseChallenge(writeChallenge(challenge))).toEqual(challenge)
  })

  it.each<[string, string | null | undefined]>([
    ['no field', undefined],
    ['no header', null],
    ['an empty one', ''],
    ['something before it', ` ${writeChallenge(challenge)}`],
    ['something after it', `${writeChallenge(challenge)};a=1`],
    ['two of them', `${writeChallenge(challenge)}, ${writeChallenge(challenge)}`],
    ['no epoch', '"";at=1;keyid="k"'],
    ['no keyid', '"e";at=1;keyid=""'],
    ['another character', '"e e";at=1;keyid="k"'],
    ['a time that is none', '"e";at=-1;keyid="k"'],
    ['another order', '"e";keyid="k";at=1'],
  ])('is none with %s', (_, field) => {
    expect(parseChallenge(field)).toBeUndefined()
  })
})

describe('what is asked for once more', () => {
  it.each(stepUps)('is read as it was written: %s', (what) => {
    expect(parseStepUp(writeStepUp({ what, ticket: 'T-_1' }))).toEqual({ what, ticket: 'T-_1' })
  })

  it.each<[string, string | null | undefined]>([
    ['no field', undefined],
    ['no header', null],
    ['an empty one', ''],
    ['something before it', ' "t";for=age'],
    ['something after it', '"t";for=age;a=1'],
    ['no ticket', '"";for=age'],
    ['another character', '"t t";for=age'],
    ['another wish', '"t";for=ever'],
    ['no wish', '"t";for='],
  ])('is nothing with %s', (_, field) => {
    expect(parseStepUp(field)).toBeUndefined()
  })
})

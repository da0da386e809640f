import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../kit/json.ts'
import { judgeRule, longestMatched } from './rule.ts'
import { sampleFile } from './sample-file.contract.ts'
import { rulesOf, slot } from './sample.contract.ts'

function judge(raw: object, value: Json, type = 'textbox', holdsFiles = false): string | undefined {
  const rule = rulesOf({ lookup: { query: raw } })[0]?.parameters.get('query')
  if (rule === undefined) throw new TypeError('no rule')
  return judgeRule(value, rule, slot(type, {}, { holdsFiles }))
}

describe('a rule for texts', () => {
  const query = { pattern: '^[\\p{L}\\p{N} -]{1,64}$' }

  test.each(['Ölwechsel 2', 'DIN-476', '見積書', 'a'.repeat(64)])('lets %s pass', (text) => {
    expect(judge(query, text)).toBeUndefined()
  })

  test.each([
    "' OR '1'='1",
    "x'; DROP TABLE users; --",
    '$(rm -rf /)',
    'a; cat /etc/passwd',
    '../../etc/passwd',
    'a\n',
    '\u0000',
    '<script>',
    'a'.repeat(65),
    '',
  ])('stops %j', (text) => {
    expect(judge(query, text)).toBe('pattern')
  })

  test('is not passed by nothing, unless it may be left out', () => {
    expect([judge(query, null), judge({ ...query, optional: true }, null)]).toEqual(['pattern', undefined])
    expect(judge({ ...query, optional: true }, '')).toBeUndefined()
    expect(judge({ max_length: 3 }, null)).toBeUndefined()
    expect(judge({ min_length: 1 }, null)).toBe('too-short')
  })

  test('is not passed by something that is no text', () => {
    for (const value of [5, true, false]) expect(judge(query, value)).toBe('type')
    for (const value of [["'; --"], { a: "'; --" }, { "'; --": 'a' }])
      expect(judge(query, value, 'json')).toBe('pattern')
  })

  test('counts characters, not code units', () => {
    expect([judge({ max_length: 3 }, '😀😀😀'), judge({ max_length: 2 }, '😀😀😀')]).toEqual([
      undefined,
      'too-long',
    ])
    expect(judge({ min_length: 2 }, '😀')).toBe('too-short')
  })

  test('looks at so much and no more where no length is given', () => {
    expect(judge({ pattern: '.*' }, 'a'.repeat(longestMatched))).toBeUndefined()
    expect(judge({ pattern: '.*' }, 'a'.repeat(longestMatched + 1))).toBe('too-long')
  })

  test('looks at the text beside files, and at no file', () => {
    const value = { text: 'hello', files: [sampleFile('/tmp/a_b.txt')] }
    expect(judge({ pattern: '[a-z]*' }, value, 'multimodaltextbox', true)).toBeUndefined()
    expect(judge({ pattern: '[a-z]*' }, { ...value, text: 'Hello!' }, 'multimodaltextbox', true)).toBe(
      'pattern',
    )
    expect(judge({ max_items: 0 }, value, 'multimodaltextbox', true)).toBe('too-many')
  })

  test('is not blinded by something that calls itself a file where none belongs', () => {
    expect(
      judge({ pattern: '[a-z._]*' }, { evil: "'; --", meta: { _type: 'gradio.FileData' } }, 'json'),
    ).toBe('pattern')
  })

  test('every text in a value is judged, however deep', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(20), (value, depth) => {
        let hidden: Json = ['bad!']
        for (let i = 0; i < depth; i++) hidden = i % 2 === 0 ? { a: hidden } : [hidden]
        expect(judge({ pattern: '[a-z]*' }, [value as Json, hidden], 'json')).toBeDefined()
      }),
    )
  })
})

describe('a rule for numbers', () => {
  test.each<[object, Json, string | undefined]>([
    [{ min: 1, max: 10 }, 10, undefined],
    [{ min: 1, max: 10 }, 0, 'too-low'],
    [{ min: 1, max: 10 }, 11, 'too-high'],
    [{ min: 1 }, null, 'missing'],
    [{ min: 1, optional: true }, null, undefined],
    [{ min: 1 }, '5', 'type'],
    [{ integer: true }, 1.5, 'not-whole'],
    [{ integer: true }, 2, undefined],
  ])('%j, sent %j: %s', (rule, value, expected) => {
    expect(judge(rule, value, 'number')).toBe(expected)
  })

  test('is not passed by texts inside something else', () => {
    const rule = { min: 1, max: 10 }
    expect([judge(rule, [1, 10], 'dropdown'), judge(rule, [1, 11], 'dropdown')]).toEqual([
      undefined,
      'too-high',
    ])
    for (const value of [["'; --"], [1, '2'], [true], [[5], ['5']]])
      expect(judge(rule, value, 'dropdown')).toBe('type')
    for (const value of [{ a: "'; --" }, [{ a: 5 }]]) expect(judge(rule, value, 'json')).toBe('type')
  })
})

describe('a rule of choices', () => {
  test.each<[object, Json, string | undefined]>([
    [{ choices: ['a', 2] }, 'a', undefined],
    [{ choices: ['a', 2] }, 2, undefined],
    [{ choices: ['a', 2] }, 'b', 'choice'],
    [{ choices: ['a', 2] }, ['a', 'b'], 'choice'],
    [{ choices: ['a', 2] }, null, 'missing'],
    [{ choices: ['a', null] }, null, undefined],
    [{ choices: [true] }, false, 'choice'],
    [{ choices: [1] }, true, 'choice'],
    [{ choices: ['a'], max_items: 1 }, ['a', 'a'], 'too-many'],
  ])('%j, sent %j: %s', (rule, value, expected) => {
    expect(judge(rule, value, 'dropdown')).toBe(expected)
  })
})

describe('an empty list', () => {
  test.each<[object, Json, string | undefined]>([
    [{ choices: ['a'] }, [], 'missing'],
    [{ choices: ['a'], optional: true }, [], undefined],
    [{ choices: ['a', null] }, [], 'missing'],
    [{ pattern: '[a-z]+' }, [], 'pattern'],
    [{ pattern: '[a-z]*' }, [], undefined],
    [{ pattern: '[a-z]+', optional: true }, [], undefined],
    [{ min_length: 1 }, [], 'too-short'],
    [{ min: 1 }, [], 'missing'],
    [{ min: 1 }, [null], 'missing'],
    [{ integer: true, optional: true }, [], undefined],
    [{ max_items: 3 }, [], undefined],
    [{ max_length: 3 }, [], undefined],
    [{ free_text: true }, [], undefined],
  ])('is no value: %j, sent %j: %s', (rule, value, expected) => {
    expect(judge(rule, value, 'dropdown')).toBe(expected)
  })

  test.each<Json>([[[]], [null], {}, [{}]])('is not made a text by what is around it: %j', (value) => {
    expect(judge({ pattern: '[a-z]+' }, value, 'json')).toBe('pattern')
  })
})

test('free text is any text', () => {
  expect(judge({ free_text: true }, "'; DROP TABLE users; --")).toBeUndefined()
})

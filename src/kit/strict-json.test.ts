import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Numeral, isJsonObject, type Json } from './json.ts'
import { JsonTrouble, parseStrictJson, parseStrictText, requestLimits, writeJson } from './strict-json.ts'

const parse = (text: string) => parseStrictText(text, requestLimits)
const parseBytes = (...bytes: number[]) => parseStrictJson(Uint8Array.from(bytes), requestLimits)

function faultOf(read: () => unknown): string {
  try {
    read()
  } catch (thrown) {
    return thrown instanceof JsonTrouble ? thrown.code : 'other'
  }
  return 'accepted'
}

/** As JSON.parse gives it, for comparing: numerals as doubles, objects with a prototype. */
function plainOf(value: Json): unknown {
  if (value instanceof Numeral) return value.valueOf()
  if (Array.isArray(value)) return (value as readonly Json[]).map(plainOf)
  if (!isJsonObject(value)) return value
  // Object.fromEntries defines, so that `__proto__` stays a key.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainOf(item)]))
}

describe('reading JSON strictly', () => {
  it.each([
    ['null', null],
    ['true', true],
    ['false', false],
    ['0', 0],
    ['-1', -1],
    ['1.5', 1.5],
    ['9007199254740991', 9007199254740991],
    ['1e+21', 1e21],
    ['""', ''],
    ['"a"', 'a'],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'],
    ['"\\u0000\\u00e9\\uD83D\\uDE00"', '\0é😀'],
    ['"\u2028\u2029\u007f"', '\u2028\u2029\u007f'],
    ['[]', []],
    ['[ ]', []],
    ['[1,[2,[]]]', [1, [2, []]]],
    ['{}', {}],
    ['{ }', {}],
    ['{"":0}', { '': 0 }],
    [' \t\r\n[ 1 , 2 ]\n', [1, 2]],
    ['{"a":{"a":1},"b":{"a":1}}', { a: { a: 1 }, b: { a: 1 } }],
  ])('takes %s', (text, value) => {
    expect(plainOf(parse(text))).toEqual(value)
  })

  it.each([
    ['nothing', ''],
    ['white space only', ' '],
    ['a word of JavaScript', 'NaN'],
    ['infinity', 'Infinity'],
    ['infinity below nothing', '-Infinity'],
    ['undefined', 'undefined'],
    ['a capital word', 'True'],
    ['half a word', 'tru'],
    ['a plus sign', '+1'],
    ['a sign alone', '-'],
    ['a double sign', '--1'],
    ['hexadecimal', '0x10'],
    ['no digit before the point', '.5'],
    ['no digit after the point', '1.'],
    ['no digit after the e', '1e'],
    ['no digit after the sign', '1e+'],
    ['an e after a bare point', '0.e1'],
    ['a minus before a bare point', '-.5'],
    ['digits of another script', '１'],
    ['a string in single quotes', "'a'"],
    ['an open string', '"a'],
    ['a quote that is escaped', '"a\\"'],
    ['an escape of nothing', '"\\"'],
    ['an unknown escape', '"\\x41"'],
    ['an escape in capitals', '"\\U0041"'],
    ['an escape of three digits', '"\\u041"'],
    ['an escape of letters', '"\\u00g0"'],
    ['a braced escape', '"\\u{41}"'],
    ['a line break in a string', '"a\nb"'],
    ['a tab in a string', '"a\tb"'],
    ['a NUL in a string', '"a\0b"'],
    ['a NUL in a string with escapes', '"\\n\0"'],
    ['an open array', '[1'],
    ['a comma at the end', '[1,]'],
    ['a comma at the start', '[,1]'],
    ['two commas', '[1,,2]'],
    ['no comma', '[1 2]'],
    ['a colon in an array', '["a":1]'],
    ['an open object', '{"a":1'],
    ['a comma at an object’s end', '{"a":1,}'],
    ['a key without quotes', '{a:1}'],
    ['a key that is a number', '{1:1}'],
    ['a key without value', '{"a"}'],
    ['a key without colon', '{"a" 1}'],
    ['two colons', '{"a"::1}'],
    ['crossed brackets', '[{]}'],
    ['a comment', '[1 /* two */]'],
    ['a line comment', '1 // one'],
    ['a byte order mark', '\ufeff1'],
    ['a no-break space', '\u00a01'],
    ['a vertical tab', '\v1'],
    ['a form feed', '\f1'],
  ])('refuses %s', (_what, text) => {
    expect(faultOf(() => parse(text))).toMatch(/^(?:syntax|trailing-text)$/)
  })

  it.each([
    ['two values', '1 2', 'trailing-text'],
    ['a bracket too many', '[]]', 'trailing-text'],
    ['a leading zero', '01', 'trailing-text'],
    ['a NUL after the value', '1\0', 'trailing-text'],
    ['a key given twice', '{"a":1,"a":1}', 'duplicate-key'],
    ['a key given twice, once escaped', '{"fn_index":1,"fn\\u005findex":2}', 'duplicate-key'],
    ['a key given twice, deep inside', '[{"x":[{"a":1,"b":2,"a":3}]}]', 'duplicate-key'],
    ['__proto__ given twice', '{"__proto__":1,"__proto__":2}', 'duplicate-key'],
    ['half a pair', '"\\ud800"', 'lone-surrogate'],
    ['the other half', '"\\udc00a"', 'lone-surrogate'],
    ['a pair the wrong way round', '"\\udc00\\ud800"', 'lone-surrogate'],
    ['half a pair as a key', '{"\\ud800":1}', 'lone-surrogate'],
    ['more than a double holds', '1e309', 'number-range'],
    ['less than a double holds', '-1e309', 'number-range'],
    ['an integer beyond every double', '9'.repeat(400), 'number-range'],
    ['an endless fraction', `0.${'1'.repeat(2000)}`, 'number-range'],
  ])('refuses %s', (_what, text, fault) => {
    expect(faultOf(() => parse(text))).toBe(fault)
  })

  it('reads UTF-8 and nothing else', () => {
    expect(parseBytes(0x22, 0xc3, 0xa9, 0x22)).toBe('é')
    expect(faultOf(() => parseBytes(0xef, 0xbb, 0xbf, 0x31))).toBe('syntax')
    const others = [
      [0x22, 0xe9, 0x22],
      [0x22, 0xc0, 0xaf, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xf5, 0x80, 0x80, 0x80, 0x22],
      [0x22, 0xc3, 0x22],
      [0xff, 0xfe, 0x31, 0x00],
    ]
    for (const bytes of others) expect(faultOf(() => parseBytes(...bytes))).toBe('not-utf8')
    // UTF-16 and UTF-32 without a mark, which Python's json.loads recognises.
    for (const bytes of [
      [0x31, 0x00],
      [0x00, 0x31],
      [0x31, 0x00, 0x00, 0x00],
    ])
      expect(faultOf(() => parseBytes(...bytes))).not.toBe('accepted')
  })

  it('reads a part of a larger buffer as that part', () => {
    const whole = Buffer.from('xx[1]yy')
    expect(parseStrictJson(whole.subarray(2, 5), requestLimits)).toEqual([1])
  })

  it('keeps to its limits, and one less passes', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(faultOf(() => parse(nested(64)))).toBe('accepted')
    expect(faultOf(() => parse(nested(65)))).toBe('too-deep')
    expect(faultOf(() => parse('{"a":'.repeat(65) + '1' + '}'.repeat(65)))).toBe('too-deep')
    expect(faultOf(() => parse('['.repeat(1_000_000)))).toBe('too-deep')
    const few = { depth: 9, nodes: 10 }
    expect(faultOf(() => parseStrictText('[1,2,3,4,5,6,7,8,9]', few))).toBe('accepted')
    expect(faultOf(() => parseStrictText('[1,2,3,4,5,6,7,8,9,10]', few))).toBe('too-many-values')
    expect(faultOf(() => parseStrictText('[{}]', few))).toBe('accepted')
    expect(faultOf(() => parseStrictText('[{},{}]', few))).toBe('too-many-values')
  })

  it('takes a name of an object’s prototype for a key like any other', () => {
    const value = parse('{"__proto__":{"isAdmin":true},"constructor":1,"toString":2,"hasOwnProperty":3}')
    expect(isJsonObject(value)).toBe(true)
    expect(Object.getPrototypeOf(value)).toBe(null)
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
    expect((value as Record<string, Json>)['isAdmin']).toBeUndefined()
  })

  it('keeps numbers that a double would change', () => {
    for (const text of ['18331719449662323894', '2.0', '-0', '1E5', '0.10', '5e-324', '1e-400']) {
      const value = parse(text)
      if (String(Number(text)) !== text) expect(value).toBeInstanceOf(Numeral)
      expect(writeJson(value)).toBe(text)
    }
  })

  it('copies short strings out of a large text', () => {
    const text = JSON.stringify(['x'.repeat(100_000), 'session hash', 'a "quoted" word', 'é'])
    expect(parse(text)).toEqual(JSON.parse(text))
  })

  it('agrees with JSON.parse on whatever text it takes', { timeout: 60_000 }, () => {
    const pieces = fc.constantFrom(
      ...['{', '}', '[', ']', ',', ':', '"', '"a"', '"b":', '\\', '\\u00', 'e9', '0', '1', '-', '.', 'e'],
      ...[' ', '\n', '\0', 'true', 'null', '\ud800', '\\ud83d', '\\ude00', 'é', '[1]', '{"a":1}', '1.50'],
    )
    const soup = fc.array(pieces, { maxLength: 12 }).map((some) => some.join(''))
    let taken = 0
    fc.assert(
      fc.property(fc.oneof(soup, fc.json(), fc.string()), (text) => {
        if (faultOf(() => parse(text)) !== 'accepted') return
        taken++
        expect(plainOf(parse(text))).toEqual(JSON.parse(text))
      }),
      { numRuns: 20_000 },
    )
    expect(taken).toBeGreaterThan(1000)
  })

  it('takes whatever JSON.stringify writes of well-formed text', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8, stringUnit: 'binary' }), (value) => {
        const text = JSON.stringify(value)
        expect(plainOf(parse(text))).toEqual(JSON.parse(text))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('writing JSON', () => {
  it('reads again what it wrote, and writes it the same', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        if (faultOf(() => parse(text)) !== 'accepted') return
        const written = writeJson(parse(text))
        expect(parse(written)).toEqual(parse(text))
        expect(writeJson(parse(written))).toBe(written)
      }),
      { numRuns: 2000 },
    )
  })

  it('writes what JSON.stringify writes where no number is lost', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        fc.pre(!Object.is(value, -0) && !/\\ud/i.test(text))
        expect(writeJson(JSON.parse(text) as Json)).toBe(text)
      }),
    )
  })

  it('writes keys and strings that need care', () => {
    const value = parse('{"__proto__":"\\u2028\\u0000\\"","a\\nb":[-0,{"c":[]}]}')
    expect(writeJson(value)).toBe('{"__proto__":"\u2028\\u0000\\"","a\\nb":[-0,{"c":[]}]}')
  })

  it('refuses what is no JSON', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, undefined, () => 1, 1n])
      expect(() => writeJson([value] as unknown as Json)).toThrow(TypeError)
    expect(() => writeJson({ a: undefined } as unknown as Json)).toThrow(TypeError)
  })
})

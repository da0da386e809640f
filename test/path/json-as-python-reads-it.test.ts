/**
 * What the gate takes for JSON, a real Python reads as the same value: as it came, and as the gate writes it again. Counts:
 * SEKISHO_FUZZ_JSON (20,000), with SEKISHO_FUZZ_SEED to repeat a run.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Numeral, type Json, type JsonObject } from '../../src/kit/json.ts'
import { JsonTrouble, parseStrictJson, requestLimits, writeJson } from '../../src/kit/strict-json.ts'
import { usePython } from '../rig/python-answers.ts'

const count = Number(process.env['SEKISHO_FUZZ_JSON'] ?? 20_000)
const seed = Number(process.env['SEKISHO_FUZZ_SEED'] ?? Date.now() % 1e9)
const perBatch = 1_000

const python = usePython('python-json.py')

async function readInPython(texts: readonly Uint8Array[]): Promise<string[]> {
  const lines = texts.map((text) => Buffer.from(text).toString('base64'))
  // A blank at the end of a line asks for the answers so far.
  python.write(`${lines.join('\n')} \n`)
  const read: string[] = []
  while (read.length < texts.length) {
    const next = await python.read()
    if (next === undefined) break
    read.push(next)
  }
  return read
}

/** As python-json.py has it: what the gate believes to have read. */
function canonical(value: Json): string {
  if (value instanceof Numeral) return canonicalNumber(value.text)
  if (typeof value === 'number') return canonicalNumber(String(value))
  if (typeof value === 'string') return `s${Buffer.from(value, 'utf16le').swap16().toString('hex')}`
  if (value === null || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join(',')}]`
  const members = value as JsonObject
  const keys = Object.keys(members).sort((a, b) => (a < b ? -1 : 1))
  return `{${keys.map((key) => `${canonical(key)}:${canonical(members[key] ?? null)}`).join(',')}}`
}

function canonicalNumber(text: string): string {
  if (/^-?\d+$/.test(text)) return `i${BigInt(text).toString()}`
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(Number(text))
  return `f${bytes.toString('hex')}`
}

const digits = fc.stringMatching(/^-?(?:0|[1-9]\d{0,24})(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/)
const pieces = fc.constantFrom(
  ...['{', '}', '[', ']', ',', ':', '"', '"a"', '"a":', '"b":', '\\', '\\u00', 'e9', '0', '1', '-', '.', 'e'],
  ...[
    ' ',
    '\n',
    '\0',
    '\ufeff',
    'true',
    'null',
    'NaN',
    '-Infinity',
    '\\ud83d',
    '\\ude00',
    'é',
    '[1]',
    '1.50',
  ],
)
const soup = fc.array(pieces, { maxLength: 14 }).map((some) => some.join(''))
/** JSON with blanks, escapes and numbers as people and programs write them. */
const { text: written } = fc.letrec<{ text: string }>((tie) => {
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }).map((text) => JSON.stringify(text)),
    fc
      .array(fc.constantFrom('\\u0061', 'a', '\\n', '\\/', '\\ud83d\\ude00', '\\udc00', '😀', '\u2028'), {
        maxLength: 4,
      })
      .map((some) => `"${some.join('')}"`),
  )
  const blank = fc.constantFrom('', '', ' ', '\n\t')
  const list = fc.array(tie('text'), { maxLength: 4 })
  const member = fc
    .tuple(word, blank, tie('text'))
    .map(([key, space, item]) => `${key}${space}:${space}${item}`)
  return {
    text: fc.oneof(
      { depthSize: 'small' },
      fc.oneof(digits, word, fc.constantFrom('true', 'false', 'null')),
      fc.tuple(list, blank).map(([items, space]) => `[${space}${items.join(`${space},`)}${space}]`),
      fc
        .tuple(fc.array(member, { maxLength: 4 }), blank)
        .map(([all, space]) => `{${space}${all.join(`,${space}`)}}`),
    ),
  }
})
/** A byte changed, taken away or put in. */
const damaged = fc
  .tuple(written, fc.nat(), fc.constantFrom(0, 1, 2), fc.integer({ min: 0, max: 255 }))
  .map(([text, at, how, byte]) => {
    const bytes = [...Buffer.from(text)]
    bytes.splice(at % (bytes.length + 1), how === 2 ? 0 : 1, ...(how === 0 ? [] : [byte]))
    return Uint8Array.from(bytes)
  })
const body = fc.oneof(
  { arbitrary: written.map((text): Uint8Array => Buffer.from(text)), weight: 3 },
  { arbitrary: damaged, weight: 3 },
  { arbitrary: soup.map((text): Uint8Array => Buffer.from(text)), weight: 1 },
  { arbitrary: fc.uint8Array({ maxLength: 8 }), weight: 1 },
)

function readHere(bytes: Uint8Array): { readonly value: Json } | undefined {
  try {
    return { value: parseStrictJson(bytes, requestLimits) }
  } catch (thrown) {
    if (thrown instanceof JsonTrouble) return undefined
    throw thrown
  }
}

it(
  'reads as the gate read it, before and after it is written again',
  async () => {
    let accepted = 0
    let refusedHereOnly = 0
    for (let batch = 0; batch * perBatch < count; batch++) {
      const bodies = fc.sample(body, {
        numRuns: Math.min(perBatch, count - batch * perBatch),
        seed: seed + batch,
      })
      const read = bodies.map(readHere)
      const again = read.map((one) => Buffer.from(one === undefined ? 'x' : writeJson(one.value)))
      const [before, after] = [await readInPython(bodies), await readInPython(again)]
      bodies.forEach((bytes, at) => {
        const one = read[at]
        if (one === undefined) {
          refusedHereOnly += before[at] === 'refused' ? 0 : 1
          return
        }
        accepted++
        const said = `seed ${seed} batch ${batch}, ${Buffer.from(bytes).toString('base64')}`
        expect(before[at], said).toBe(canonical(one.value))
        expect(after[at], said).toBe(canonical(one.value))
      })
    }
    // Enough of each, so that the comparison means something.
    expect(accepted).toBeGreaterThan(count / 5)
    expect(refusedHereOnly).toBeGreaterThan(0)
  },
  30_000 + count * 5,
)

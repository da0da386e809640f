import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnswerMessage } from '../answers/tap.ts'
import type { Json } from '../kit/json.ts'
import { applyDiff } from '../answers/value-diff.ts'
import { equalJson } from './equal.ts'
import { learnSent } from './learn-sent.ts'
import { endpoint, slot } from './sample.contract.ts'
import { makeSentValues } from './sent-values.ts'

const quote = endpoint({
  inputs: {},
  outputs: [slot('textbox', {}, { component: 4 }), slot('number', {}, { component: 5 })],
})

function learning(): { say: (value: Json) => Promise<void>; isLast: (value: Json) => boolean } {
  const sent = makeSentValues()
  const tap = learnSent({ sent, pinned: new Set([5]), session: 's', endpointOf: () => quote })
  return {
    async say(value) {
      const message: AnswerMessage = { text: JSON.stringify(value), json: () => value }
      expect(tap.marks.some((mark) => message.text.includes(mark))).toBe(true)
      expect(await tap.take(message)).toBeUndefined()
    },
    isLast: (value) => sent.find('s', 5) === sent.digest(value),
  }
}

function message(msg: string, data: readonly Json[]): Json {
  return { msg, event_id: 'e', output: { data, is_generating: msg !== 'process_completed' }, success: true }
}

describe('what the app sends', () => {
  test('is remembered from messages of a stream, answers of /run and lists of /call', async () => {
    const { say, isLast } = learning()
    await say(message('process_completed', ['a', 499]))
    expect(isLast(499)).toBe(true)
    await say({ data: ['a', 399], is_generating: false })
    expect(isLast(399)).toBe(true)
    await say(['a', 299])
    expect(isLast(299)).toBe(true)
  })

  test('is followed through the differences of a running function', async () => {
    const { say, isLast } = learning()
    await say(message('process_generating', ['a', 1]))
    expect(isLast(1)).toBe(true)
    await say(message('process_generating', [[['append', [], 'b']], [['replace', [], 2]]]))
    expect(isLast(2)).toBe(true)
    await say(message('process_generating', [[], []]))
    expect(isLast(2)).toBe(true)
    await say(message('process_generating', [[], [['append', ['x'], 2]]]))
    expect(isLast(2)).toBe(false)
    await say(message('process_completed', ['ab', 3]))
    expect(isLast(3)).toBe(true)
  })

  test('an update of properties leaves the value unless it has one', async () => {
    const { say, isLast } = learning()
    await say(message('process_completed', ['a', 499]))
    await say(message('process_completed', ['a', { __type__: 'update', interactive: false }]))
    expect(isLast(499)).toBe(true)
    await say(message('process_completed', ['a', { __type__: 'update', value: 5 }]))
    expect(isLast(5)).toBe(true)
  })

  test('that failed, or is no output, says nothing', async () => {
    const { say, isLast } = learning()
    await say(message('process_completed', ['a', 499]))
    await say({ msg: 'process_completed', event_id: 'e', output: { error: '"data"' }, success: false })
    await say({ msg: 'progress', event_id: 'e', progress_data: [{ index: 1 }] })
    expect(isLast(499)).toBe(true)
  })
})

/** As gradio/utils.py 6.31, diff. */
function diff(a: Json, b: Json, path: readonly Json[] = []): Json[] {
  if (equalJson(a, b)) return []
  if (typeof a === 'string' && typeof b === 'string' && b.startsWith(a))
    return [['append', path, b.slice(a.length)]]
  if (Array.isArray(a) && Array.isArray(b)) {
    const [before, after] = [a as readonly Json[], b as readonly Json[]]
    const both = Math.min(before.length, after.length)
    return [
      ...before.slice(0, both).flatMap((one, index) => diff(one, after[index] ?? null, [...path, index])),
      ...before.slice(both).map((): Json => ['delete', [...path, both], null]),
      ...after.slice(both).map((one, index): Json => ['add', [...path, both + index], one]),
    ]
  }
  if (isGroup(a) && isGroup(b)) {
    const keys = Object.keys(a)
    return [
      ...keys.flatMap((key) =>
        Object.hasOwn(b, key)
          ? diff(a[key] ?? null, b[key] ?? null, [...path, key])
          : [['delete', [...path, key], null] as Json],
      ),
      ...Object.keys(b)
        .filter((key) => !Object.hasOwn(a, key))
        .map((key): Json => ['add', [...path, key], b[key] ?? null]),
    ]
  }
  return [['replace', path, b]]
}

function isGroup(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

test("Gradio's differences lead from any value to any other", () => {
  const value = fc.jsonValue({ maxDepth: 3 }).map((one) => one as Json)
  fc.assert(
    fc.property(value, value, (a, b) => {
      const reached = applyDiff(a, diff(a, b))
      expect(reached !== undefined && equalJson(reached, b)).toBe(true)
    }),
  )
})

test('the sessions that are remembered are bounded', () => {
  const sent = makeSentValues()
  sent.note('first', 1, 'a')
  for (let i = 0; i < 100_000; i++) sent.note(`s${i}`, 1, null)
  expect([sent.find('first', 1), sent.find('s99999', 1)]).toEqual([undefined, sent.digest(null)])
})

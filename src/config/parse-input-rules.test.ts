import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GateFault } from '../kit/fault.ts'
import type { InputRules } from './input-rules.ts'
import { makeConfig } from './make-config.ts'
import { parseInputRules } from './parse-input-rules.ts'

function read(yaml: string): InputRules {
  const text = `upstream: http://127.0.0.1:7860\n${yaml}`
  return makeConfig({ text, file: '/work/sekisho.yaml' }, {}, { cwd: '/work', home: '/h', env: {} }).inputs
}

function complaint(yaml: string): string {
  try {
    read(yaml)
  } catch (thrown) {
    if (thrown instanceof GateFault) return thrown.message.split('\n').slice(1).join('\n').trim()
    throw thrown
  }
  throw new TypeError('It was accepted.')
}

describe('rules on inputs', () => {
  test('are read with everything that a rule may say', () => {
    const [rules] = read(`
inputs:
  lookup:
    query: { pattern: "[a-z]+", min_length: 1, max_length: 9, optional: true }
    n: { min: 0, max: 9.5, integer: true }
    kind: { choices: [a, 1, true, null], max_items: 2 }
    note: { free_text: true }
    state: { bounds: declared }
    file: { links: [Files.example.org, "*.cdn.example"] }
    require:
      - if: { kind: [a, 1], n: { min: 5 } }
        then: { note: { min_length: 3 } }
    pin: [state]
`)
    expect(rules?.endpoint).toBe('lookup')
    expect(rules?.parameters.get('query')).toMatchObject({ minLength: 1, maxLength: 9, optional: true })
    expect(rules?.parameters.get('query')?.pattern?.matches('abc')).toBe(true)
    expect(rules?.parameters.get('n')).toEqual({ min: 0, max: 9.5, integer: true })
    expect(rules?.parameters.get('kind')).toEqual({ choices: ['a', 1, true, null], maxItems: 2 })
    expect(rules?.parameters.get('note')).toEqual({ freeText: true })
    expect(rules?.parameters.get('state')).toEqual({ declaredBounds: true })
    expect(rules?.parameters.get('file')).toEqual({ links: ['files.example.org', '*.cdn.example'] })
    expect(rules?.pin).toEqual(['state'])
    expect(rules?.require).toEqual([
      {
        if: new Map<string, unknown>([
          ['kind', { kind: 'values', values: ['a', 1] }],
          ['n', { kind: 'rule', rule: { min: 5 } }],
        ]),
        then: new Map([['note', { kind: 'rule', rule: { minLength: 3 } }]]),
      },
    ])
  })

  test('may pin one input without a list', () => {
    expect(read('inputs: { buy: { pin: price } }')[0]?.pin).toEqual(['price'])
  })

  test('may be for parameters that are called require and pin', () => {
    const [rules] = read('inputs: { buy: { pin: { max_length: 4 }, require: { free_text: true } } }')
    expect([...(rules?.parameters.keys() ?? [])]).toEqual(['pin', 'require'])
    expect([rules?.pin, rules?.require]).toEqual([[], []])
  })

  test.each([
    ['inputs: 5', 'sekisho.yaml:2: inputs: found 5; allowed is a group of endpoint names.'],
    [
      'inputs: { a: { b: { patern: x } } }',
      'sekisho.yaml:2: inputs.a.b.patern: unknown key. Did you mean pattern? Known here: pattern, min_length, max_length, min, max, integer, choices, max_items, free_text, optional, bounds, links.',
    ],
    [
      'inputs: { a: { b: { pattern: "[a-z" } } }',
      'sekisho.yaml:2: inputs.a.b.pattern: found "[a-z"; allowed is a pattern that the whole text must match, such as "[\\\\p{L} -]{1,64}"; in this one missing closing ]: `[a-z`.',
    ],
    [
      'inputs: { a: { b: { min: 5, max: 1 } } }',
      'sekisho.yaml:2: inputs.a.b.min: found 5; allowed is at most max.',
    ],
    [
      'inputs: { a: { b: {} } }',
      'sekisho.yaml:2: inputs.a.b: found a group of keys; allowed is at least one key; write free_text: true where any text may stand.',
    ],
    [
      'inputs: { a: { b: { free_text: true, pattern: a } } }',
      'sekisho.yaml:2: inputs.a.b.free_text: found true; allowed is free_text only where neither pattern nor choices stand.',
    ],
    [
      'inputs: { /a: { b: { min: 1 } } }',
      'sekisho.yaml:2: inputs."/a": found a group of keys; allowed is the api_name of an endpoint as a name, without a slash; * stands for any characters.',
    ],
    [
      'inputs: { a: { pin: [1] } }',
      'sekisho.yaml:2: inputs.a.pin[1]: found 1; allowed is the name of a parameter.',
    ],
    [
      'inputs: { a: { require: [{ when: { b: 1 } }] } }',
      'sekisho.yaml:2: inputs.a.require[1].when: found a group of keys; allowed is one of the keys if, then.',
    ],
    [
      'inputs: { a: { file: { links: ["https://example.org"] } } }',
      'sekisho.yaml:2: inputs.a.file.links: found a list of 1; allowed is a list of host names such as files.example.org or "*.example.org".',
    ],
  ])('%s is refused in words', (yaml, words) => {
    expect(complaint(yaml).split('\n')[0]).toBe(words)
  })

  test('whatever stands there, the answer is rules or complaints', () => {
    const keys = fc.constantFrom(
      'pattern',
      'min',
      'choices',
      'if',
      'then',
      'require',
      'pin',
      '__proto__',
      'a',
    )
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.dictionary(keys, tie('tree'), { maxKeys: 4 }),
        fc.array(tie('tree'), { maxLength: 3 }),
      ),
    }))
    fc.assert(
      fc.property(tree, (raw) => {
        const { read: rules, issues } = parseInputRules(raw)
        expect(Array.isArray(rules) && Array.isArray(issues)).toBe(true)
        for (const { path, allowed } of issues)
          expect([path.length >= 0, allowed]).toEqual([true, expect.any(String)])
      }),
    )
  })
})

import { describe, expect, test } from 'vitest'
import { readYaml } from '../config/read-yaml.ts'
import type { InputRules } from '../config/input-rules.ts'
import type { Json } from '../kit/json.ts'
import { makeInputs } from './inputs.ts'
import { endpoint, modelOf, rulesOf, slot } from './sample.contract.ts'
import { makeSentValues } from './sent-values.ts'
import { suggestInputs } from './suggest.ts'
import { findUnmatched } from './unmatched.ts'

const lookup = endpoint({
  inputs: {
    query: slot('textbox', { label: 'Your query' }),
    essay: slot('textbox', { lines: 5 }),
    short: slot('textbox', { max_length: 8 }),
    password: slot('textbox', { type: 'password' }),
    amount: slot('number'),
    size: slot('radio', { choices: [['Small', 's']] }),
    colour: slot('dropdown', { choices: [['Red', 'r']] }, { changes: true }),
    price: slot('number', { interactive: false, value: 5 }),
    quote: slot('number', { interactive: false }, { changes: true, component: 9 }),
    ticket: slot('textbox', { visible: false, value: 't' }, { component: 10 }),
    memory: slot('state'),
    true: slot('textbox', { label: 'evil\n  injected: { free_text: true } # \u202e' }),
  },
})

function parsed(text: string): InputRules {
  const { raw } = readYaml(text, 'suggested')
  return rulesOf((raw as { inputs: unknown }).inputs)
}

describe('the suggested rules', () => {
  const text = suggestInputs(modelOf(lookup))

  test('are rules that the configuration takes, for names that the app has', () => {
    expect(findUnmatched(parsed(text), modelOf(lookup))).toEqual([])
  })

  test('are these', () => {
    expect(text.split('\n').slice(3)).toEqual([
      'inputs:',
      '  lookup:',
      '    query: { max_length: 100, pattern: "[\\\\p{L}\\\\p{M}\\\\p{N} .,_-]*" } # "Your query": what may stand here?',
      '    essay: { max_length: 10000, free_text: true } # several lines; never part of a query or command',
      '    short: { max_length: 8, pattern: "[\\\\p{L}\\\\p{M}\\\\p{N} .,_-]*" } # what may stand here?',
      '    password: { max_length: 128, free_text: true } # a secret has no pattern',
      '    amount: { min: 0, max: 1000000, optional: true } # a guess: the app does not declare both limits',
      '    # size: one of 1 choices; always checked',
      '    colour: { bounds: declared } # the app may change it; if its choices stay, so may this',
      '    # price: nobody may edit it; always checked',
      '    # quote: nobody types here: it must come back as the app last sent it',
      '    # ticket: nobody types here: it must come back as the app last sent it',
      expect.stringMatching(
        /^ {4}"true": .* # "evil\\u000a {2}injected: \{ free_text: true \} # \\u202e": what may/,
      ),
      '    pin: [quote, ticket]',
      '',
    ])
  })

  test('let ordinary use pass and stop an injection', () => {
    const inputs = makeInputs({ rules: parsed(text), model: () => modelOf(lookup), sent: makeSentValues() })
    const judge = (query: Json) =>
      inputs.judge(
        { endpoint: lookup, data: [query, 'a;b', 'x', 'p"w', 3, 's', 'r', 5, null, 't', null, ''] },
        's',
      )?.why
    expect(judge('Straße 5, Köln')).toBeUndefined()
    expect(judge("' OR 1=1 --")).toBe('pattern')
  })

  test('let what nobody may edit come back, of every kind', () => {
    const table = { headers: ['a'], data: [['x']], metadata: null }
    const fixed = endpoint({
      inputs: {
        table: slot('dataframe', { interactive: false, value: table }, { schema: {} }),
        shown: slot('markdown', { visible: false, value: '# hi' }, { component: 2 }),
        press: slot('button', { value: 'Go' }, { component: 3 }),
        named: slot('button', { value: 'Go' }, { component: 4, changes: true }),
        query: slot('textbox', {}, { component: 5 }),
      },
    })
    const model = modelOf(fixed)
    const inputs = makeInputs({
      rules: parsed(suggestInputs(model)),
      model: () => model,
      sent: makeSentValues(),
    })
    const whys = (...data: readonly Json[]) => inputs.judge({ endpoint: fixed, data }, 's')?.label
    expect(whys(table, '# hi', 'Go', 'Go', 'a')).toBeUndefined()
    expect(whys({ ...table, data: [['y']] }, '# hi', 'Go', 'Go', 'a')).toBe('table')
    expect(whys(table, "'; --", 'Go', 'Go', 'a')).toBe('shown')
    expect(whys(table, '# hi', "'; --", 'Go', 'a')).toBe('press')
    expect(whys(table, '# hi', 'Go', "'; --", 'a')).toBe('named')
  })

  test('leave the history of a chat to the rule for its messages', () => {
    const box = slot('textbox', {}, { component: 7 })
    const history = slot('chatbot', {}, { component: 8, holdsFiles: true, schema: {} })
    const api = endpoint({ id: 1, name: 'chat', inputs: { message: box } })
    const hidden = { ...endpoint({ id: 2, name: 'lambda', group: 'chat', inputs: { param_0: history } }) }
    const found = parsed(suggestInputs(modelOf(api, { ...hidden, visibility: 'undocumented' })))
    expect(found.map((one) => one.endpoint)).toEqual(['chat'])
  })

  test('of an app without functions are an empty group', () => {
    expect(parsed(suggestInputs(modelOf()))).toEqual([])
  })
})

describe('names that the app does not have', () => {
  test('are told with the nearest one', () => {
    const rules = rulesOf({
      lokup: { query: { max_length: 1 } },
      'report_*': { a: { max_length: 1 } },
      lookup: {
        qery: { max_length: 1 },
        pin: ['prices'],
        require: [{ if: { sise: 's' }, then: { amount: 1 } }],
      },
    })
    const found = findUnmatched(rules, modelOf(lookup))
    expect(found.map((line) => line.replace(/ It has: .*/, ''))).toEqual([
      'inputs.lokup: The app has no such endpoint. Did you mean lookup?',
      'inputs.report_*: No endpoint of the app matches this.',
      'inputs.lookup.qery: The endpoint has no such parameter. Did you mean query?',
      'inputs.lookup.prices: The endpoint has no such parameter. Did you mean price?',
      'inputs.lookup.sise: The endpoint has no such parameter. Did you mean size?',
    ])
  })
})

import { describe, expect, test } from 'vitest'
import type { Endpoint, Slot } from '../app/model.ts'
import type { Json, JsonObject } from '../kit/json.ts'
import { makeInputs, type Flaw, type Inputs } from './inputs.ts'
import { sampleFile } from './sample-file.contract.ts'
import { endpoint, modelOf, rulesOf, slot, type SampleEndpoint } from './sample.contract.ts'
import { makeSentValues, type SentValues } from './sent-values.ts'

interface Sample {
  readonly target: Endpoint
  readonly sent: SentValues
  readonly inputs: Inputs
  judge(...data: readonly Json[]): Flaw | undefined
}

function sample(shape: SampleEndpoint, rules: unknown = {}, ...others: readonly Endpoint[]): Sample {
  const target = endpoint(shape)
  const sent = makeSentValues()
  const inputs = makeInputs({ rules: rulesOf(rules), model: () => modelOf(target, ...others), sent })
  return { target, sent, inputs, judge: (...data) => inputs.judge({ endpoint: target, data }, 'session') }
}

const query = { query: { pattern: '[a-z ]{1,20}' } }

describe('a call', () => {
  test('has as many inputs as its endpoint', () => {
    const { judge } = sample({ inputs: { a: slot('textbox'), b: slot('number') } })
    expect(judge('a', 1)).toBeUndefined()
    expect([judge('a')?.why, judge('a', 1, 2)?.why, judge()?.why]).toEqual(['count', 'count', 'count'])
  })

  test('that is refused tells the label and what kind of thing came, never the value', () => {
    const { judge } = sample({ inputs: { age: slot('number', { label: 'Your age' }) } })
    const flaw = judge('s3cret-value')
    expect(flaw).toEqual({ why: 'type', label: 'Your age', slot: 0, shape: 'text of 12' })
  })

  test('that is refused tells the name of an input whose label is translated in the browser', () => {
    const { judge } = sample({ inputs: { age: slot('number', { label: '__i18n__{"key": "age"}' }) } })
    expect(judge('x')?.label).toBe('age')
  })

  test('keeps to declared bounds where the app cannot change them, and elsewhere where the operator says so', () => {
    const bounded = slot('number', { maximum: 5 })
    const open = slot('number', { maximum: 5 }, { changes: true })
    expect(sample({ inputs: { n: bounded } }).judge(6)?.why).toBe('too-high')
    expect(sample({ inputs: { n: open } }).judge(6)).toBeUndefined()
    const rules = { lookup: { n: { bounds: 'declared' } } }
    expect(sample({ inputs: { n: open } }, rules).judge(6)?.why).toBe('too-high')
  })

  test('cannot forge what nobody may edit', () => {
    const price = slot('number', { value: 499, interactive: false })
    const { judge } = sample({ inputs: { price } })
    expect([judge(499), judge(0.01)?.why]).toEqual([undefined, 'read-only'])
  })
})

describe('rules of the operator', () => {
  test('hold for the endpoint and parameter that they name', () => {
    const { judge } = sample({ inputs: { query: slot('textbox'), n: slot('number') } }, { lookup: query })
    expect([judge('all good', 1), judge("' OR 1=1 --", 1)?.why]).toEqual([undefined, 'pattern'])
  })

  test('may name endpoints by a pattern, and each one that matches holds', () => {
    const rules = { 'look*': query, '*': { query: { max_length: 3 } } }
    const { judge } = sample({ inputs: { query: slot('textbox') } }, rules)
    expect([judge('abc'), judge('abcd')?.why, judge('AB')?.why]).toEqual([undefined, 'too-long', 'pattern'])
  })

  test('say what becomes of every free text: unsaid means no', () => {
    const shape = { inputs: { query: slot('textbox'), note: slot('textbox'), n: slot('number') } }
    expect(sample(shape, { lookup: query }).judge('a', 'any', 1)).toMatchObject({
      why: 'no-rule',
      label: 'note',
    })
    expect(sample(shape, { lookup: query }).judge('a', '', 1)).toBeUndefined()
    const fixed = { inputs: { query: slot('textbox'), page: slot('html', { interactive: false }) } }
    expect(sample(fixed, { lookup: query }).judge('a', '<b>')?.why).toBe('no-rule')
    const said = { lookup: { ...query, note: { free_text: true } } }
    expect(sample(shape, said).judge('a', 'any', 1)).toBeUndefined()
  })

  test('hold for messages of a chat where they come back in its history, or by an event', () => {
    const box = slot('textbox', {}, { component: 7 })
    const history = slot('chatbot', {}, { component: 8, holdsFiles: true, schema: {} })
    const state = slot('state', {}, { component: 9 })
    const api = endpoint({ id: 1, name: 'chat', group: 'chat', inputs: { message: box, memory: state } })
    const twin = sample(
      { id: 2, name: 'lambda', group: 'chat', inputs: { param_0: history }, outputs: [state] },
      { chat: { message: { pattern: '[a-z ]+' } } },
      api,
    )
    const said = (role: string, content: Json) => [{ role, metadata: null, content, options: null }]
    const text = (words: string) => [{ type: 'text', text: words }]
    const { inputs, target } = twin
    const clicked = (value: Json) =>
      inputs.judge({ endpoint: target, data: [[]], eventData: { index: 0, value } }, 's')?.why
    expect(twin.judge(said('user', text('hello there')))).toBeUndefined()
    expect(twin.judge(said('assistant', text("You said: '; --")))).toBeUndefined()
    for (const forged of [text("'; --"), "'; --", { text: "'; --", files: [] }])
      expect(twin.judge(said('user', forged))?.why, JSON.stringify(forged)).toBe('pattern')
    expect(twin.judge([["'; --", null]])?.why).toBe('pattern')
    expect([clicked('hello'), clicked("'; --"), clicked({ text: "'; --", files: [] })]).toEqual([
      undefined,
      'pattern',
      'pattern',
    ])
    const rules = { chat: { message: { pattern: '[a-z ]+' } }, lambda: { param_0: { free_text: true } } }
    const ruled = sample({ id: 2, name: 'lambda', group: 'chat', inputs: { param_0: history } }, rules, api)
    expect(ruled.judge(said('user', "'; --"))).toBeUndefined()
  })

  test('hold for the one message that retrying makes of several', () => {
    const box = slot('textbox', {}, { component: 7 })
    const history = slot('chatbot', {}, { component: 8, holdsFiles: true, schema: {} })
    const api = endpoint({ id: 1, name: 'chat', group: 'chat', inputs: { message: box } })
    const state = slot('state', {}, { component: 9 })
    const judge = (outputs: readonly Slot[], ...messages: readonly Json[]) =>
      sample(
        { id: 2, name: 'lambda', group: 'chat', inputs: { param_0: history }, outputs },
        { chat: { message: { pattern: 'yes|no' } } },
        api,
      ).judge(messages)?.why
    const said = (role: string, ...words: readonly string[]) => ({
      role,
      content: words.map((text) => ({ type: 'text', text })),
    })
    expect(judge([state], said('user', 'yes'), said('user', 'no'))).toBe('pattern')
    expect(judge([state], said('user', 'yes', 'no'), said('assistant', 'ok'))).toBe('pattern')
    expect(judge([state], said('user', 'yes'), said('assistant', 'ok'), said('user', 'no'))).toBeUndefined()
    // Before Gradio 6 the last one alone was taken.
    const last = (content: string) => ({ role: 'user', content })
    expect(judge([state], last('yes'), last('no'))).toBeUndefined()
    expect(judge([state], ['yes', null], ['no', null])).toBeUndefined()
    // Nothing is left in the session.
    expect(judge([history], said('user', 'yes'), said('user', 'no'))).toBeUndefined()
  })

  test('speak of texts beside files, and of no file', () => {
    const image = sampleFile('/tmp/a.png')
    const gallery = slot('gallery', {}, { holdsFiles: true, schema: {} })
    const message = slot('multimodaltextbox', {}, { holdsFiles: true, schema: {} })
    const inputs = { query: slot('textbox'), gallery, message }
    const { judge } = sample({ inputs }, { lookup: query })
    const shown = (caption: string | null) => [{ image, caption }]
    expect(judge('a', shown(null), { text: '', files: [image] })).toBeUndefined()
    expect(judge('a', shown("'; --"), null)).toMatchObject({ why: 'no-rule', label: 'gallery' })
    expect(judge('a', null, { text: "'; --", files: [] })).toMatchObject({ why: 'no-rule', label: 'message' })
  })

  test('hold in the twins of an endpoint that take the same component', () => {
    const box = slot('textbox', {}, { component: 7 })
    const named = endpoint({ id: 1, name: 'chat', group: 'chat', inputs: { query: box } })
    const twin = sample(
      { id: 2, name: '_submit_fn', group: 'chat', inputs: { param_0: box } },
      { chat: query },
      named,
    )
    expect([twin.judge('fine'), twin.judge('"; --')?.why]).toEqual([undefined, 'pattern'])
    const other = sample({ id: 2, name: 'other', inputs: { param_0: box } }, { chat: query }, named)
    expect(other.judge('"; --')).toBeUndefined()
  })

  test('tie inputs together', () => {
    const inputs = {
      mode: slot('radio', {
        choices: [
          ['d', 'delete'],
          ['v', 'view'],
        ],
      }),
      confirm: slot('checkbox'),
    }
    const rules = { lookup: { require: [{ if: { mode: 'delete' }, then: { confirm: true } }] } }
    const { judge } = sample({ inputs }, rules)
    expect(judge('delete', false)).toMatchObject({ why: 'required', label: 'confirm' })
    expect(judge('delete', null)?.why).toBe('required')
    expect([judge('delete', true), judge('view', false)]).toEqual([undefined, undefined])
  })

  test('that tie to an input which is not there refuse', () => {
    const rules = { lookup: { require: [{ if: { mood: 'any' }, then: { sure: true } }] } }
    expect(sample({ inputs: { n: slot('number') } }, rules).judge(1)?.why).toBe('required')
  })

  test('are not left by one more entry in a list', () => {
    const inputs = { actions: slot('checkboxgroup'), kinds: slot('checkboxgroup'), confirm: slot('checkbox') }
    const require = [
      { if: { actions: 'delete' }, then: { kinds: ['draft', 'spam'] } },
      { if: { actions: { pattern: 'del.*' } }, then: { confirm: true } },
    ]
    const { judge } = sample({ inputs }, { lookup: { require } })
    expect(judge(['view', 'delete'], ['draft', 'spam'], true)).toBeUndefined()
    expect(judge(['view'], ['mail'], false)).toBeUndefined()
    expect(judge(['view', 'delete'], ['draft'], false)?.label).toBe('confirm')
    for (const kinds of [['draft', 'mail'], ['mail'], []])
      expect(judge(['delete'], kinds, true)?.label, JSON.stringify(kinds)).toBe('kinds')
  })

  test('let a rule be a condition', () => {
    const inputs = { amount: slot('number'), reason: slot('textbox') }
    const require = [{ if: { amount: { min: 1000 } }, then: { reason: { min_length: 10 } } }]
    const { judge } = sample({ inputs }, { lookup: { reason: { free_text: true }, require } })
    expect([judge(999, ''), judge(1000, 'short')?.why]).toEqual([undefined, 'required'])
    expect(judge(1000, 'long enough')).toBeUndefined()
  })
})

describe('links in the place of a file', () => {
  const inputs = { file: slot('file', {}, { holdsFiles: true }) }
  const link = (path: string): JsonObject => ({ path, meta: { _type: 'gradio.FileData' } })

  test('are refused unless a rule names the host', () => {
    const rules = { lookup: { file: { links: ['files.example.org', '*.cdn.example'] } } }
    const { judge } = sample({ inputs }, rules)
    for (const path of ['https://files.example.org/a', 'https://x.cdn.example/a'])
      expect(judge(link(path))).toBeUndefined()
    for (const path of [
      'http://files.example.org/a',
      'https://files.example.org.evil.example/a',
      'https://user@files.example.org/a',
      'https://files.example.org:8443/a',
      'https://evil.example/a',
      'https://cdn.example/a',
      'https:\\\\files.example.org/a',
      ' https://files.example.org/a',
      'file:///etc/passwd',
      'https://',
    ])
      expect(judge(link(path))?.why, path).toBe('link')
    expect(sample({ inputs }).judge(link('https://files.example.org/a'))?.why).toBe('link')
    expect(sample({ inputs }).judge(sampleFile('/tmp/gradio/a.txt'))).toBeUndefined()
  })

  test('that the app itself shows to everybody pass', () => {
    const target = endpoint({ inputs })
    const model = { ...modelOf(target), sharedFiles: new Set(['https://cdn.example/logo.png']) }
    const judging = makeInputs({ rules: [], model: () => model, sent: makeSentValues() })
    const judge = (path: string) => judging.judge({ endpoint: target, data: [link(path)] }, undefined)?.why
    expect([judge('https://cdn.example/logo.png'), judge('https://cdn.example/')]).toEqual([
      undefined,
      'link',
    ])
  })

  test('are let through to this step where some rule could allow them', () => {
    const { inputs: judging } = sample({ inputs }, { lookup: { file: { links: ['*.cdn.example'] } } })
    const asked = ['https://a.cdn.example/x', 'http://a.cdn.example/x', 'https://b.example/x']
    expect(asked.map((one) => judging.allowsLink(new URL(one)))).toEqual([true, false, false])
  })

  test('are found in any component that could be read as a file', () => {
    const { judge } = sample({ inputs: { data: slot('json') } })
    expect(judge({ deep: [link('https://evil.example/a')] })?.why).toBe('link')
    expect(judge({ path: 'https://example.org' })).toBeUndefined()
  })
})

describe('a pinned input', () => {
  const price = slot('number', { value: null }, { component: 5, changes: true })
  const rules = { buy: { pin: ['price'] } }

  test('is what the app last sent to this session', () => {
    const { judge, sent } = sample({ name: 'buy', inputs: { price } }, rules)
    sent.note('session', 5, 499)
    expect([judge(499), judge(1)?.why]).toEqual([undefined, 'pinned'])
    sent.note('session', 5, 399)
    expect([judge(499)?.why, judge(399)]).toEqual(['pinned', undefined])
    sent.note('somebody-else', 5, 1)
    expect(judge(1)?.why).toBe('pinned')
  })

  test('keeps its other rules too', () => {
    const { judge, sent } = sample(
      { name: 'buy', inputs: { price } },
      { buy: { pin: ['price'], price: { min: 10 } } },
    )
    sent.note('session', 5, 5)
    expect([judge(5)?.why, judge(10)?.why]).toEqual(['too-low', 'pinned'])
    sent.note('session', 5, 10)
    expect(judge(10)).toBeUndefined()
  })

  test('is learnt from what passes to the session, and only where something is pinned', async () => {
    const priced = endpoint({ id: 1, name: 'quote', inputs: {}, outputs: [price] })
    const { judge, inputs } = sample({ name: 'buy', inputs: { price } }, rules, priced)
    const tap = inputs.tapFor('session', (event) => (event === 'e' ? priced : undefined))
    const say = (id: string, data: Json) => {
      const json: Json = { msg: 'process_completed', event_id: id, output: { data: [data] } }
      return tap?.take({ text: '', json: () => json })
    }
    await say('e', 499)
    expect([judge(499), judge(1)?.why]).toEqual([undefined, 'pinned'])
    await say('unknown', 1)
    expect([judge(499)?.why, judge(1)?.why]).toEqual(['pinned', 'pinned'])
    expect(sample({ inputs: { price } }).inputs.tapFor('session', () => undefined)).toBeUndefined()
  })

  test('is what the app declares while nothing was sent', () => {
    const declared = { ...price, props: { value: 499 } }
    const { judge } = sample({ name: 'buy', inputs: { price: declared } }, rules)
    expect([judge(499), judge(0)?.why]).toEqual([undefined, 'pinned'])
    expect(sample({ name: 'buy', inputs: { price } }, rules).judge(0)?.why).toBe('pinned')
  })

  test('that came as something unknown matches nothing', () => {
    const { judge, sent } = sample({ name: 'buy', inputs: { price } }, rules)
    sent.note('session', 5, 499)
    sent.forget('session', 5)
    expect([judge(499)?.why, judge(null)?.why]).toEqual(['pinned', 'pinned'])
  })

  test('of a file is the file, whatever else a page says of it', () => {
    const file = slot('file', {}, { component: 6, holdsFiles: true, changes: true })
    const { judge, sent } = sample({ name: 'buy', inputs: { bill: file } }, { buy: { pin: ['bill'] } })
    sent.note('session', 6, { path: '/tmp/a' })
    expect([judge(sampleFile('/tmp/a')), judge(sampleFile('/tmp/b'))?.why]).toEqual([undefined, 'pinned'])
  })
})

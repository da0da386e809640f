/** What becomes of the messages in which Gradio tells of errors, by their real shapes (6.31). */
import { describe, expect, it } from 'vitest'
import type { AnswerRules } from '../config/config.ts'
import { parseStrictText, requestLimits } from '../kit/strict-json.ts'
import { makeDisclosureTap, type Withheld } from './disclosure.ts'
import type { MessageKind } from './large-message.ts'

const strict: AnswerRules = {
  all: { errors: 'reference', secrets: 'withhold', html: 'pass' },
  endpoints: {},
}
const said = 'Something went wrong in the app. (Reference 0123-4567)'
const token = `hf_${'aBcDeFgHiJkLmNoPq'.repeat(2)}`

function make(kind: MessageKind, rules = strict, failed = false) {
  const noted: Withheld[] = []
  const tap = makeDisclosureTap(kind, {
    rules,
    endpointOf: async (event) =>
      event === undefined || event === 'e-lost' ? undefined : event === 'e-open' ? 'open' : 'other',
    note: (withheld) => noted.push(withheld),
    ...(failed && { failed }),
    random: () => Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7]),
  })
  const show = async (value: unknown): Promise<unknown> => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const json = () => {
      try {
        return parseStrictText(text, requestLimits)
      } catch {
        return undefined
      }
    }
    const changed = await tap.take({ text, json })
    return changed === undefined ? 'as it came' : (JSON.parse(changed) as unknown)
  }
  /** What becomes of a message too large to be held that begins so. */
  const open = async (head: string): Promise<unknown> => {
    const look = await tap.large?.(head)
    return typeof look === 'object' ? look.push(`${head} ${token} `) + look.end() : look
  }
  return { show, noted, open }
}

const inner = 'cannot connect as app:hunter2@db.internal'

describe('an exception', () => {
  it('of a queued function becomes a number that the log resolves', async () => {
    const { show, noted } = make('events')
    const output = { error: inner, visible: true }
    expect(
      await show({ msg: 'process_completed', event_id: 'e', output, title: 'Error', success: false }),
    ).toEqual({
      msg: 'process_completed',
      event_id: 'e',
      output: { error: said, visible: true },
      title: 'Error',
      success: false,
    })
    expect(noted).toEqual([{ what: 'error', reference: '0123-4567', text: inner }])
  })

  it('of a direct call, of a /call stream and of a broken queue does so too', async () => {
    expect(await make('json').show({ error: inner, visible: true })).toEqual({ error: said, visible: true })
    expect(await make('results').show({ error: inner, visible: true })).toEqual({
      error: said,
      visible: true,
    })
    expect(await make('results').show(JSON.stringify(inner))).toEqual(said)
    expect(await make('events').show({ msg: 'unexpected_error', message: inner, success: false })).toEqual({
      msg: 'unexpected_error',
      message: said,
      success: false,
    })
  })

  it('stands in the log without the secrets that its text holds', async () => {
    const { show, noted } = make('json')
    await show({ error: `token ${token} refused`, visible: true })
    expect(noted).toEqual([{ what: 'error', reference: '0123-4567', text: 'token [withheld] refused' }])
  })

  it('hidden by the app itself stays as it is', async () => {
    expect(await make('json').show({ error: null })).toBe('as it came')
  })

  it('may be shown where the operator says so, of one endpoint or of all', async () => {
    const open = { errors: 'show', secrets: 'withhold', html: 'pass' } as const
    const message = (event_id: string) => ({
      msg: 'process_completed',
      event_id,
      output: { error: inner, visible: true },
      success: false,
    })
    const one = make('events', { ...strict, endpoints: { open } })
    expect(await one.show(message('e-open'))).toBe('as it came')
    expect(await one.show(message('e-other'))).not.toBe('as it came')
    expect(await make('events', { ...strict, all: open }).show(message('e'))).toBe('as it came')
  })

  it('is never shown by the milder rule where nobody knows whose it is', async () => {
    const open = { errors: 'show', secrets: 'pass', html: 'pass' } as const
    const rules: AnswerRules = { all: open, endpoints: { other: strict.all } }
    const output = { error: inner, visible: true }
    const message = { msg: 'process_completed', event_id: 'e-lost', output, success: false }
    expect(await make('events', rules).show(message)).not.toBe('as it came')
    expect(await make('results', rules).show(output)).toEqual({ error: said, visible: true })
    expect(await make('results', rules).show([`Use ${token}`])).toEqual(['Use [withheld]'])
    const failed = {
      jsonrpc: '2.0',
      id: 1,
      result: { content: [{ type: 'text', text: inner }], isError: true },
    }
    expect(await make('mcp', rules).show(failed)).toMatchObject({ result: { content: [{ text: said }] } })
  })
})

describe('an error that is no JSON as the gate reads it', () => {
  it('is none that passes: in a /call stream, and in the answer of an app that broke', async () => {
    for (const text of ['"cannot open \\udcff"', '{"error":"cannot open \\udcff","visible":true}'])
      expect(await make('results').show(text)).toBe(said)
    const trace = 'Traceback (most recent call last):\n  File "/srv/app.py", line 7'
    expect(await make('json', strict, true).show(trace)).toBe(said)
    expect(await make('json').show(trace)).toBe('as it came')
  })

  it('is not what values are, nor the constant text of the framework', async () => {
    expect(await make('results').show('[NaN,"error"]')).toBe('as it came')
    expect(await make('json', strict, true).show('Internal Server Error')).toBe('as it came')
    const open: AnswerRules = { ...strict, all: { ...strict.all, errors: 'show' } }
    expect(await make('json', open, true).show('Traceback')).toBe('as it came')
  })
})

describe('what the author wrote for the user', () => {
  it('passes: gr.Error', async () => {
    const output = { error: 'The kitchen is closed.', duration: 10, visible: true, title: 'Closed' }
    const message = { msg: 'process_completed', event_id: 'e', output, title: 'Closed', success: false }
    expect(await make('events').show(message)).toBe('as it came')
    expect(await make('results').show(output)).toBe('as it came')
  })

  it('passes: a validator’s words, and an end of the session that the page heals itself', async () => {
    const detail = [{ __type__: 'validate', is_valid: false, message: 'too short', parameter_name: 'text' }]
    expect(await make('json').show({ detail })).toBe('as it came')
    const gone = { msg: 'unexpected_error', message: '404: Not Found', session_not_found: true }
    expect(await make('events').show(gone)).toBe('as it came')
  })
})

describe('FastAPI’s own refusal, which repeats what was sent,', () => {
  it('says no more than that something went wrong', async () => {
    const detail = [{ type: 'int_parsing', loc: ['body', 'fn_index'], input: 'x' }]
    expect(await make('json').show({ detail })).toEqual({ detail: said })
    expect(await make('json').show({ detail: 'No such key at /srv/app/x.py' })).toEqual({ detail: said })
    expect(await make('json').show({ detail: 'Queue is full. Please try again.' })).toBe('as it came')
  })
})

describe('a secret', () => {
  it('is taken out of values, whole messages and what is no JSON', async () => {
    const { show, noted } = make('json')
    expect(await show({ data: [`key: ${token}`], duration: 2 })).toEqual({
      data: ['key: [withheld]'],
      duration: 2,
    })
    expect(noted).toEqual([{ what: 'secret', secrets: ['Hugging Face token'] }])
    const results = make('results')
    expect(await results.show([token])).toEqual(['[withheld]'])
  })

  it('passes where the operator says so', async () => {
    const pass = { errors: 'reference', secrets: 'pass', html: 'pass' } as const
    expect(await make('json', { ...strict, all: pass }).show({ data: [token] })).toBe('as it came')
  })
})

describe('a value', () => {
  it('passes as it came, whatever it is, when nothing in it is secret', async () => {
    for (const value of [
      { data: ['x', 1, null] },
      { data: [{ path: '/tmp/x', url: 'http://x/y' }] },
      [1],
      null,
    ])
      for (const kind of ['json', 'results', 'events'] as const)
        expect(await make(kind).show(value)).toBe('as it came')
  })
})

describe('what is too large to be held', () => {
  const generating = '{"msg":"process_generating","event_id":"e","output":{"data":["x'
  const completed = '{"msg":"process_completed","event_id":"e","output":{"data":["x'

  it('has secrets taken out of its text where it brings values', async () => {
    for (const [kind, head] of [
      ['events', generating],
      ['events', completed],
      ['results', '["x'],
      ['json', '{"data":["x'],
      ['json', '{"data": ["x'],
      ['json', '["x'],
      ['json', '"x'],
    ] as const) {
      const { open, noted } = make(kind)
      expect(await open(head), head).toBe(`${head} [withheld] `)
      expect(noted).toEqual([
        { what: 'secret', secrets: expect.arrayContaining(['Hugging Face token']) as unknown },
      ])
    }
  })

  it('does not pass where it may be an exception', async () => {
    for (const [kind, head, failed] of [
      ['events', '{"msg":"process_completed","event_id":"e","output":{"error":"x', false],
      ['events', '{"msg":"unexpected_error","message":"x', false],
      ['events', '{"msg":"log","event_id":"e","log":"x', false],
      ['results', '"x', false],
      ['results', '{"error":"x', false],
      ['json', '{"error":"x', false],
      ['json', '{"detail":[{"input":"x', false],
      ['json', '{"data":["x', true],
      ['mcp', '{"jsonrpc":"2.0","id":1,"result":{"content":[{"text":"x', false],
    ] as const)
      expect(await make(kind, strict, failed).open(head), head).toBe('refuse')
  })

  it('passes as the operator says', async () => {
    const open = { errors: 'show', secrets: 'pass', html: 'pass' } as const
    expect(await make('mcp', { all: open, endpoints: {} }).open('{"jsonrpc"')).toBe('pass')
    const some: AnswerRules = { ...strict, endpoints: { open } }
    expect(await make('events', some).open(completed.replace('"e"', '"e-open"'))).toBe('pass')
    expect(await make('events', some).open(completed.replace('"e"', '"e-lost"'))).toContain('[withheld]')
  })

  it('leaves nothing to be said of what nobody has seen before the whole value comes', async () => {
    const { open, show } = make('events')
    const message = (msg: string, data: unknown) => ({ msg, event_id: 'e', output: { data: [data] } })
    await open(generating)
    expect(await show(message('process_generating', [['append', [], token.slice(20)]]))).toEqual(
      message('process_generating', []),
    )
    expect(await show(message('process_completed', 'done'))).toBe('as it came')
    await open(completed)
    expect(await show(message('process_generating', 'anew'))).toBe('as it came')
  })
})

it('an event that has ended makes room for others, however it ended', async () => {
  const { show } = make('events')
  const growing = (event_id: string, data: unknown) =>
    show({ msg: 'process_generating', event_id, output: { data } })
  for (let at = 0; at < 500; at++) {
    expect(await growing(`e${at}`, ['a'])).toBe('as it came')
    const output = at % 2 === 0 ? { data: ['a'] } : { error: inner, visible: true }
    await show({ msg: 'process_completed', event_id: `e${at}`, output, success: at % 2 === 0 })
  }
  await growing('last', ['a'])
  expect(await growing('last', [[['append', [], 'b']]])).toBe('as it came')
})

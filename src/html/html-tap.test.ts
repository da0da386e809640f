/** What becomes of the app's messages, by their real shapes (Gradio 6.31). */
import { describe, expect, it } from 'vitest'
import { makeMessage } from '../answers/show-taps.ts'
import type { Endpoint, Slot } from '../app/model.ts'
import type { AnswerRule, AnswerRules } from '../config/config.ts'
import type { JsonObject } from '../kit/json.ts'
import { CleanEvents } from './clean-events.ts'
import { makeHtmlTap, UnreadableHtml, type HtmlKind } from './html-tap.ts'

const pass: AnswerRule = { errors: 'reference', secrets: 'withhold', html: 'pass' }
const rules: AnswerRules = { all: pass, endpoints: { board: { ...pass, html: 'sanitize' } } }
const evil = '<b onclick="x">x</b>'
const clean = '<b>x</b>'

const slot = (type: string, props: JsonObject = {}): Slot => ({
  component: 1,
  type,
  props,
  holdsFiles: false,
  isState: type === 'state',
  changes: true,
})

const endpoint = (name: string, types: readonly string[], renders = false) =>
  ({ name, outputs: types.map((type) => slot(type)), renders }) as unknown as Endpoint

const endpoints = new Map([
  ['e', endpoint('board', ['html', 'textbox', 'state'])],
  ['e-plain', endpoint('plain', ['html'])],
  ['e-text', endpoint('board', ['textbox'])],
  ['e-draw', endpoint('board', [], true)],
])

function make(kind: HtmlKind, of?: string, events = new CleanEvents()) {
  const tap = makeHtmlTap(kind, {
    rules,
    origin: 'http://here.example',
    endpointOf: async (event) => endpoints.get(of ?? event ?? ''),
    events,
  })
  const show = async (value: unknown): Promise<unknown> => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const changed = await tap.take(makeMessage(text))
    return changed === undefined ? 'as it came' : (JSON.parse(changed) as unknown)
  }
  return { show, tap }
}

const message = (msg: string, data: unknown, event_id = 'e') => ({
  msg,
  event_id,
  output: { data, duration: 1.5 },
})

describe('the HTML in an answer', () => {
  it('is cleaned where the endpoint’s component shows it: stream, /run, /call', async () => {
    const { show } = make('events')
    expect(await show(message('process_completed', [evil, evil, null]))).toEqual(
      message('process_completed', [clean, evil, null]),
    )
    expect(await make('answer', 'e').show({ data: [evil, evil], duration: 2 })).toEqual({
      data: [clean, evil],
      duration: 2,
    })
    expect(await make('results', 'e').show([evil, evil])).toEqual([clean, evil])
  })

  it('is shown as its source where one message has more of it than may be cleaned, and the next one is cleaned', async () => {
    const { show } = make('answer', 'e')
    const cells = Array.from({ length: 10_000 }, () => [evil])
    const many = { component: 'html', props: {}, value: evil }
    const { data } = (await show({ data: [cells.map(() => many), null, null] })) as { data: [unknown] }
    const text = JSON.stringify(data)
    expect(text).not.toContain('<b onclick')
    expect(text).toContain('&lt;b onclick')
    expect(await show({ data: [evil, null, null] })).toEqual({ data: [clean, null, null] })
  })

  it('stays where the operator doesn’t ask for it, or no component shows any', async () => {
    for (const event of ['e-plain', 'e-text'])
      expect(await make('events').show(message('process_completed', [evil], event))).toBe('as it came')
  })

  it('is cleaned everywhere where nobody knows whose it is', async () => {
    expect(await make('events').show(message('process_completed', [evil, evil], 'e-lost'))).toEqual(
      message('process_completed', [clean, clean], 'e-lost'),
    )
    expect(await make('results', 'e-lost').show([evil])).toEqual([clean])
  })

  it('is cleaned in what is rendered', async () => {
    const config = (value: string) => ({
      components: [{ id: 7, type: 'html', props: { value, head: 'own' } }],
      layout: {},
    })
    const rendered = (value: string) => ({
      ...message('process_completed', [], 'e-draw'),
      output: { data: [], render_config: config(value) },
    })
    expect(await make('events').show(rendered(evil))).toEqual(rendered(clean))
  })

  it('is cleaned in a tool’s texts, by the outputs that have one', async () => {
    const result = (...texts: string[]) => ({
      jsonrpc: '2.0',
      id: 1,
      result: { content: texts.map((text) => ({ type: 'text', text })), isError: false },
    })
    expect(await make('mcp', 'e').show(result(evil, evil))).toEqual(result(clean, evil))
    const { content } = result(evil, evil).result
    const structured = { jsonrpc: '2.0', id: 1, result: { content, structuredContent: { result: content } } }
    const cleaned = result(clean, evil).result.content
    expect(await make('mcp', 'e').show(structured)).toEqual({
      ...structured,
      result: { content: cleaned, structuredContent: { result: cleaned } },
    })
    expect(await make('mcp', 'e').show(result(evil, evil, evil))).toEqual(result(clean, clean, clean))
  })
})

describe('a stream', () => {
  it('has its diffs follow what the client holds, also when it is dealt out among several', async () => {
    const events = new CleanEvents()
    const streams = [make('events', undefined, events), make('events', undefined, events)]
    const turn = (at: number, data: unknown) => streams[at % 2]?.show(message('process_generating', data))
    expect(await turn(0, ['<b on', 'a', null])).toEqual(message('process_generating', ['', 'a', null]))
    const append = (text: string) => [['append', [], text]]
    expect(await turn(1, [append('click="x">x'), append('b'), []])).toEqual(
      message('process_generating', [append('<b>x</b>'), append('b'), []]),
    )
    expect(await turn(0, [append('</b>y'), [], []])).toEqual(
      message('process_generating', [append('y'), [], []]),
    )
    expect(await turn(1, [append('<i'), [], []])).toEqual(message('process_generating', [[], [], []]))
  })

  it('shows nothing more than whole values once more events run than are followed', async () => {
    const { show } = make('events')
    for (let at = 0; at < 201; at++) {
      endpoints.set(`e${String(at)}`, endpoint('board', ['html']))
      await show(message('process_generating', ['a'], `e${String(at)}`))
    }
    const more = (event: string) => show(message('process_generating', [[['append', [], 'b']]], event))
    expect(await more('e199')).toEqual(message('process_generating', [[['append', [], 'b']]], 'e199'))
    expect(await more('e200')).toEqual(message('process_generating', [[]], 'e200'))
    expect(await show(message('process_completed', [evil], 'e200'))).toEqual(
      message('process_completed', [clean], 'e200'),
    )
  })
})

describe('what can’t be looked at', () => {
  it('does not pass when it is too large, unless it shows no HTML', async () => {
    const head = (event: string) => `{"msg":"process_completed","event_id":"${event}","output":{"data":["`
    const { tap } = make('events')
    expect(await tap.large?.(head('e'))).toBe('refuse')
    expect(await tap.large?.(head('e-lost'))).toBe('refuse')
    expect(await tap.large?.('something else')).toBe('refuse')
    expect(await tap.large?.(head('e-plain'))).toBe('pass')
    expect(await make('answer', 'e-text').tap.large?.('{"data":')).toBe('pass')
    expect(tap.must).toBe(true)
  })

  it('does not pass when it is no JSON as the gate reads it, and may hold a tag', async () => {
    for (const text of ['[NaN, "<b>"]', '[NaN, "\\u003cb>"]', '{"a": 1, "a": "<b>"}'])
      await expect(make('results', 'e').show(text), text).rejects.toThrow(UnreadableHtml)
    expect(await make('results', 'e').show('[NaN, 1]')).toBe('as it came')
    expect(await make('results', 'e-plain').show('[NaN, "<b>"]')).toBe('as it came')
  })
})

/** However HTML grows and wherever a tag is cut, what the client holds is the cleaned beginning. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyDiff } from '../answers/value-diff.ts'
import type { Json } from '../kit/json.ts'
import { makeHtmlCleaner } from './clean-html.ts'
import { FollowedOutput } from './followed-output.ts'
import { cleanerOf } from './shown-html.ts'

const html = makeHtmlCleaner()
const clean = cleanerOf({ type: 'html', props: {} }, html) ?? ((value: Json) => value)

/** What a client of Gradio holds after each of these values was streamed in pieces. */
function stream(pieces: readonly string[], nest: (text: string) => Json, path: Json): readonly Json[] {
  const [first = '', ...rest] = pieces
  const output = new FollowedOutput(nest(first), clean)
  let held: Json = output.first
  return [
    held,
    ...rest.map((piece) => {
      held = applyDiff(held, output.follow([['append', path, piece]])) ?? 'does not fit'
      return held
    }),
  ]
}

const part = fc.constantFrom(
  '<b>',
  '</b>',
  '<img src=x onerror=alert(1)>',
  '<script>',
  '</script>',
  '<p title="',
  '">',
  'text ',
  'é',
)
const cutText = fc.array(part, { minLength: 1, maxLength: 12 }).chain((parts) => {
  const whole = parts.join('')
  return fc.array(fc.nat(whole.length), { maxLength: 12 }).map((cuts) => {
    const edges = [0, ...cuts.toSorted((a, b) => a - b), whole.length]
    return edges.slice(1).map((edge, at) => whole.slice(edges[at], edge))
  })
})

const grown = (pieces: readonly string[]) => pieces.map((_, at) => pieces.slice(0, at + 1).join(''))

describe('HTML that is streamed', () => {
  it('is at each step what the whole so far would be', () => {
    fc.assert(
      fc.property(cutText, (pieces) => {
        expect(stream(pieces, (text) => text, [])).toEqual(grown(pieces).map(html))
      }),
    )
  })

  it('is so inside an update', () => {
    const nest = (value: string): Json => ({ __type__: 'update', visible: true, value })
    fc.assert(
      fc.property(cutText, (pieces) => {
        expect(stream(pieces, nest, ['value'])).toEqual(grown(pieces).map((one) => nest(html(one))))
      }),
    )
  })

  it('is so in one of several', () => {
    const nest = (value: string): Json => ['<i>', value]
    fc.assert(
      fc.property(cutText, (pieces) => {
        expect(stream(pieces, nest, [1])).toEqual(grown(pieces).map((one) => ['<i></i>', html(one)]))
      }),
    )
  })

  it.each([
    ['itself', (text: string): Json => text, []],
    ['in an update', (value: string): Json => ({ __type__: 'update', value }), ['value']],
  ])('that is long is shown in larger steps, never more than it is: %s', (_, nest, path) => {
    const pieces = Array.from({ length: 1_000 }, (_, at) => `<p onclick="x">${String(at)}</p>`)
    const all = grown(pieces)
    let cleanings = 0
    const counting = (value: Json) => {
      cleanings++
      return clean(value)
    }
    const output = new FollowedOutput(nest(pieces[0] ?? ''), counting)
    let held: Json = output.first
    for (const piece of pieces.slice(1))
      held = applyDiff(held, output.follow([['append', path, piece]])) ?? null
    // The short beginning step by step, then by an eighth each time.
    expect(cleanings).toBeLessThan(300)
    const count = JSON.stringify(held).split('<p>').length - 1
    expect(held).toEqual(nest(html(all[count - 1] ?? '')))
    expect(count).toBeGreaterThan(800)
  })
})

describe('text that is streamed beside it', () => {
  it('is shown at each step, however long it is', () => {
    const markdown = cleanerOf({ type: 'markdown', props: {} }, html) ?? clean
    const output = new FollowedOutput('x'.repeat(100_000), markdown)
    expect(output.follow([['append', [], 'y']])).toEqual([['append', [], 'y']])
  })
})

describe('what does not fit what was seen', () => {
  it('is not shown, nor what comes after it', () => {
    for (const wrong of ['<i>', [['append', ['nowhere'], '<i>']], [['shrink', [], 1]]]) {
      const output = new FollowedOutput('a', clean)
      expect(output.follow(wrong)).toEqual([])
      expect(output.follow([['append', [], '<i>']])).toEqual([])
    }
  })
})

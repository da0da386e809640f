import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeInjector } from './inject.ts'

function inject(page: string, cuts: readonly number[]): string {
  const injector = makeInjector('<i/>')
  const bytes = Buffer.from(page)
  const edges = [
    0,
    ...[...cuts].map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
    bytes.length,
  ]
  const out: Uint8Array[] = []
  for (let at = 1; at < edges.length; at++) {
    const sent = injector.push(bytes.subarray(edges[at - 1], edges[at]))
    if (sent !== undefined) out.push(sent)
  }
  const rest = injector.end()
  return Buffer.concat(rest === undefined ? out : [...out, rest]).toString()
}

describe('the injected element', () => {
  it('stands first in the head, however the page is cut into chunks', () => {
    const page =
      '<!doctype html><html lang="ja"><HEAD data-x="1"><meta charset="utf-8"><title>関所</title></head><body>é</body>'
    fc.assert(
      fc.property(fc.array(fc.nat(120), { maxLength: 8 }), (cuts) => {
        expect(inject(page, cuts)).toBe(page.replace('data-x="1">', 'data-x="1"><i/>'))
      }),
    )
  })

  it('leaves a page without a head as it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !/<head/i.test(text)),
        fc.array(fc.nat(50)),
        (page, cuts) => {
          expect(inject(page, cuts)).toBe(page)
        },
      ),
    )
  })

  it('does not take <header> for <head>', () => {
    expect(inject('<header>x</header>', [])).toBe('<header>x</header>')
  })

  it('gives up on a page whose head comes late, without holding it', () => {
    const page = `${'x'.repeat(70_000)}<head>`
    expect(inject(page, [])).toBe(page)
  })
})

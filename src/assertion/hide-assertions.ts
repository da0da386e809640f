/** Takes assertions out of the app's answers: an app that shows its request headers would hand them to scripts of its pages. */
import { SpanFilter, type Span } from '../answers/span-filter.ts'
import type { AnswerMessage, Tap } from '../answers/tap.ts'
import { assertionType } from '../contract/assertion.ts'

/**
 * Every assertion begins like this: the protected header opens with its type. Three bytes are four characters, so the last,
 * incomplete group is left off.
 */
const opening = Buffer.from(`{"typ":"${assertionType}"`)
const mark = opening.subarray(0, opening.length - (opening.length % 3)).toString('base64url')
const assertion = new RegExp(`${mark}[A-Za-z0-9_-]*(?:\\.[A-Za-z0-9_-]*){0,2}`, 'g')

export const hiddenAssertion = '[assertion]'

/** Letters, digits, `-`, `_` and dots are never escaped in JSON, so the text stays the JSON it was. */
export function hideAssertions(text: string): string {
  return text.replace(assertion, hiddenAssertion)
}

/** With its signature; the header fields of a request hold no more (src/receive/limits.ts). */
const longest = 16 * 1024

export const assertionHider: Tap = {
  marks: [mark],
  take: ({ text }: AnswerMessage) => hideAssertions(text),
  large: () => new SpanFilter({ find: findAssertions, longest, inPlace: hiddenAssertion }),
}

function findAssertions(text: string): readonly Span[] {
  if (!text.includes(mark)) return []
  return Array.from(text.matchAll(assertion), ({ 0: found, index: start }) => ({
    start,
    end: start + found.length,
  }))
}

/** Where secrets stand in JSON as it is written: for texts that are too large to be parsed, or can't be. */
import type { Span } from '../answers/span-filter.ts'
import { anyWord, mayHoldSecret, rulesFor, standIn } from './secrets.ts'

export interface SecretSpan extends Span {
  readonly kind: string
}

/** No form takes up more. */
export const longestSecret = 32 * 1024

/** White space to every form, and told apart from other white space. */
const quote = '\u2028'
/** A sign like any other to the forms. */
const sign = '\u0001'

/**
 * The same text, place by place, with the meaning of escapes: the n of a line end is no letter in front of a word, a quote that is
 * escaped ends no string, any other does.
 */
function unescaped(text: string): string {
  return text.replace(/"|\\(?:u[\da-f]{4}|.)/gi, (found) => {
    if (found === '"') return quote
    const second = found[1] ?? ''
    return ('nrtbf'.includes(second) ? '\n' : sign).repeat(found.length)
  })
}

export function findSecretSpans(text: string): readonly SecretSpan[] {
  if (!mayHoldSecret(text)) return []
  const read = unescaped(text)
  return rulesFor(read).flatMap(({ kind, form }) =>
    findAll(read, form)
      .filter(({ start, end }) => !standIn.test(read.slice(start, end)))
      .map((span) => ({ kind, ...span })),
  )
}

/** Each found in one string: a form that allows anything doesn't run into the next. */
function findAll(read: string, form: RegExp): readonly Span[] {
  const search = new RegExp(form)
  const spans: Span[] = []
  for (let found = search.exec(read); found !== null; found = search.exec(read)) {
    const inString = found[0].indexOf(quote)
    const length = Math.max(1, inString === -1 ? found[0].length : inString)
    spans.push({ start: found.index, end: found.index + length })
    search.lastIndex = found.index + length
  }
  return spans
}

const word = /\S+/g
/** So much of a word is looked at: in one that never ends only what began lately may still become a secret. */
const longestWord = longestSecret / 2

/** What runs into the end of a string may be the beginning of a secret, as long as that string grows. */
export function findUndecidedSpans(text: string): readonly Span[] {
  if (!mayHoldSecret(text)) return []
  const read = unescaped(text)
  return Array.from(read.matchAll(word)).flatMap(({ 0: found, index }) => {
    const end = index + found.length
    if (read[end] !== quote) return []
    const late = found.slice(-longestWord)
    const at = late.search(anyWord)
    return at === -1 ? [] : [{ start: end - late.length + at, end }]
  })
}

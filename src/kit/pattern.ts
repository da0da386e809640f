/** An allow-list pattern in RE2's syntax: linear time whatever the text (https://github.com/google/re2/wiki/Syntax). */
import { RE2JS, RE2JSException } from 're2js'

export interface Pattern {
  readonly source: string
  /** The whole text must match, as if `^` and `$` stood around the pattern. */
  matches(text: string): boolean
}

/** Of a pattern, in characters; what compiles from more takes noticeable time. */
const longestSource = 1000

/** A text says why it is none, as a clause without a full stop. */
export function compilePattern(source: string): Pattern | string {
  if (source.length > longestSource) return `it is longer than ${longestSource} characters`
  try {
    const compiled = RE2JS.compile(source)
    return { source, matches: (text) => compiled.matches(text) }
  } catch (thrown) {
    if (thrown instanceof RE2JSException) return thrown.message.replace('error parsing regexp: ', '')
    throw thrown
  }
}

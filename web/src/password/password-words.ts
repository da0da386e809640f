/** How good a new password is and why it can't be used, in the words of the pages. */
import type { PasswordReason, PasswordVerdict } from 'sekisho/password-rules'
import words from '../../words/password.json'

export type PasswordWords = (typeof words)['en']
/** Fails to compile when a language lacks a word. */
export const passwordWords: Readonly<Record<'en' | 'ja', PasswordWords>> = words

export function describeReason(reason: PasswordReason, say: PasswordWords): string {
  switch (reason.code) {
    case 'too-short':
      return fill(say.tooShort, { n: reason.length, least: reason.least })
    case 'too-long':
      return fill(say.tooLong, { most: reason.most })
    case 'control-character':
      return say.controlCharacter
    case 'not-unicode':
      return say.notUnicode
    case 'repeats':
    case 'common':
      return say[reason.code]
    case 'site-word':
      return fill(say.siteWord, { word: reason.word })
    case 'composition':
      return fill(say.composition, {
        kinds: reason.missing.map((kind) => say[kind]).join(say.and),
      })
    case 'guessable':
      return `${say[reason.pattern]} ${say.moreWords}`.trim()
  }
}

/** Steps of the meter, 0 to 4. What can't be used never looks good, however hard it is to guess. */
export function meterOf(verdict: PasswordVerdict): 0 | 1 | 2 | 3 | 4 {
  const { score } = verdict.strength
  return verdict.ok || score < 2 ? score : 2
}

export function describeStrength(verdict: PasswordVerdict, say: PasswordWords): string {
  const names = [say.veryWeak, say.weak, say.fair, say.strong, say.veryStrong] as const
  return names[meterOf(verdict)]
}

function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
}

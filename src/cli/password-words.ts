/** Why a password can't be used, in the words of the terminal. The password itself is never repeated. */
import type { CharacterKind } from '../contract/contract.ts'
import type { GuessPattern, PasswordReason } from '../contract/password-rules.ts'

const kindWords: Readonly<Record<CharacterKind, string>> = {
  lower: 'a small letter',
  upper: 'a capital letter',
  digit: 'a digit',
  symbol: 'a symbol',
}

const patternWords: Readonly<Record<GuessPattern, string>> = {
  dictionary: 'It is mostly made of common words, names or passwords.',
  spatial: 'It follows the keys of the keyboard.',
  repeat: 'It repeats a piece.',
  sequence: 'It has a run such as abc or 4321.',
  wordSequence: 'It lists words in their usual order, such as the months.',
  regex: 'It has a year in it.',
  date: 'It has a date in it.',
  bruteforce: 'It is too short.',
}

export function explainPassword(reasons: readonly PasswordReason[]): string {
  return ["This password can't be used.", ...reasons.map(explainReason)].join(' ')
}

function explainReason(reason: PasswordReason): string {
  switch (reason.code) {
    case 'too-short':
      return `It has ${String(reason.length)} characters; at least ${String(reason.least)} are needed.`
    case 'too-long':
      return `It is longer than ${String(reason.most)} characters.`
    case 'control-character':
      return 'It has a control character in it (a tab or a line break, perhaps).'
    case 'not-unicode':
      return 'It has characters in it that are not valid Unicode.'
    case 'repeats':
      return 'It repeats one short piece, which guessing programs try first.'
    case 'common':
      return 'It is on the list of passwords that guessing programs try first.'
    case 'site-word':
      return `It is little more than "${reason.word}", which people who want in here try first.`
    case 'composition':
      return `It lacks ${reason.missing.map((kind) => kindWords[kind]).join(' and ')}, which this site demands.`
    case 'guessable':
      return `It is easy to guess. ${patternWords[reason.pattern]} Add a word or two that have nothing to do with it.`
  }
}

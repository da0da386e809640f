/** The words for how an attempt ended. */
import words from '../../words/login.json'
import type { Outcome } from './outcome.ts'
import { formatWait } from './waiting.ts'

export type LoginWords = (typeof words)['en']
/** Fails to compile when a language lacks a word. */
export const loginWords: Readonly<Record<'en' | 'ja', LoginWords>> = words

export function describeOutcome(outcome: Outcome, say: LoginWords): string {
  switch (outcome.kind) {
    case 'signed-in':
      return say.opening
    case 'paced':
    case 'busy':
      return say[outcome.kind].replace('{time}', formatWait(outcome.waitSeconds, say))
    case 'refused':
    case 'unreachable':
    case 'weakened':
    case 'unsupported':
    case 'faulty':
      return say[outcome.kind]
  }
}

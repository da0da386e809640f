/** The words that all forms share, and those for what can go wrong with any of them. */
import type { Trouble } from '../ceremony/outcome.ts'
import words from '../../words/form.json'
import { formatWait } from './waiting.ts'

export type FormWords = (typeof words)['en']
/** Fails to compile when a language lacks a word. */
export const formWords: Readonly<Record<'en' | 'ja', FormWords>> = words

export function describeTrouble(trouble: Trouble, say: FormWords): string {
  switch (trouble.kind) {
    case 'paced':
    case 'busy':
      return say[trouble.kind].replace('{time}', formatWait(trouble.waitSeconds, say))
    case 'unreachable':
    case 'weakened':
    case 'unsupported':
    case 'faulty':
      return say[trouble.kind]
  }
}

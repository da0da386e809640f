/** What the bar says. */
import words from '../../words/bar.json'

export type BarWords = (typeof words)['en']
/** Fails to compile when a language lacks a word. */
export const barWords: Readonly<Record<'en' | 'ja', BarWords>> = words

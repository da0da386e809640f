/** The words on the way to the login host and back. */
import words from '../../words/away.json'

export type AwayWords = (typeof words)['en']
/** Fails to compile when a language lacks a word. */
export const awayWords: Readonly<Record<'en' | 'ja', AwayWords>> = words

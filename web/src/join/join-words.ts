/** The join page's own words. */
import words from '../../words/join.json'

export type JoinWords = (typeof words)['en']
/** Fails to compile when a language lacks a word. */
export const joinWords: Readonly<Record<'en' | 'ja', JoinWords>> = words

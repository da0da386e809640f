/** The account page's own words. */
import words from '../../words/account.json'

export type AccountWords = (typeof words)['en']
/** Fails to compile when a language lacks a word. */
export const accountWords: Readonly<Record<'en' | 'ja', AccountWords>> = words

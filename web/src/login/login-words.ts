/** The login page's own words. */
import words from '../../words/login.json'

export type LoginWords = (typeof words)['en']
/** Fails to compile when a language lacks a word. */
export const loginWords: Readonly<Record<'en' | 'ja', LoginWords>> = words

/** The confirmation window's own words. */
import words from '../../words/confirm.json'

export type ConfirmWords = (typeof words)['en']
/** Fails to compile when a language lacks a word. */
export const confirmWords: Readonly<Record<'en' | 'ja', ConfirmWords>> = words

/** What the bar says. */
import words from '../../words/bar.json'

export type BarWords = (typeof words)['en']
/** Fails to compile when a language lacks a word. */
export const barWords: Readonly<Record<'en' | 'ja', BarWords>> = words

/** `23 h 5 min`, `5 min`, `less than a minute`. */
export function formatTimeLeft(seconds: number, say: BarWords): string {
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1) return say.soon
  const parts = []
  if (minutes >= 60) parts.push(say.hours.replace('{n}', String(Math.floor(minutes / 60))))
  if (minutes % 60 > 0) parts.push(say.minutes.replace('{n}', String(minutes % 60)))
  return parts.join(' ')
}

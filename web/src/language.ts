/** Which of the two languages to speak. */
import type { Language } from 'sekisho/contract'

/** The first wish that is one of ours, else English. */
export function chooseLanguage(...wishes: readonly (string | null | undefined)[]): Language {
  for (const wish of wishes) {
    const primary = wish?.toLowerCase().split('-')[0]
    if (primary === 'ja' || primary === 'en') return primary
  }
  return 'en'
}

/** Which of the two languages a person reads. */
import type { Language } from '../contract/contract.ts'

/** `chosen` is what the page's own switch says; otherwise the first of Accept-Language that we have (RFC 9110 12.5.4). */
export function chooseLanguage(acceptLanguage: string | undefined, chosen?: string | null): Language {
  if (chosen === 'en' || chosen === 'ja') return chosen
  const ranges = (acceptLanguage ?? '').slice(0, 200).split(',')
  const weighed = ranges.map((range, at) => {
    const [tag = '', ...rest] = range.trim().toLowerCase().split(';')
    const quality = Number(/q=([\d.]+)/.exec(rest.join(';'))?.[1] ?? 1)
    return { tag, quality: Number.isNaN(quality) ? 0 : quality, at }
  })
  weighed.sort((a, b) => b.quality - a.quality || a.at - b.at)
  const known = weighed.find(({ tag, quality }) => quality > 0 && /^(?:en|ja)(?:-|$)/.test(tag))
  return known?.tag.startsWith('ja') === true ? 'ja' : 'en'
}

/** Fills a page template: `{{slot.x}}` first, then `{{words.x}}`, `{{asset.x}}` and `{{page.lang}}`; a few are left for the gate. */

export type Words = Readonly<Record<string, Readonly<Record<string, string>>>>

export interface Filling {
  readonly lang: string
  readonly words: Readonly<Record<string, string>>
  /** Placeholders that must be there and stay. */
  readonly leave: readonly string[]
  readonly assetUrl: (name: string) => string
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** The words of each language, every language with the same ones. */
export function parseWords(value: unknown, languages: readonly string[]): Words {
  if (!isObject(value)) throw new TypeError('Words are an object by language.')
  const all: Record<string, Record<string, string>> = {}
  for (const lang of languages) {
    const words = value[lang]
    if (!isObject(words)) throw new TypeError(`There are no words for ${lang}.`)
    all[lang] = Object.fromEntries(Object.entries(words).map(([key, text]) => [key, String(text)]))
  }
  const keys = languages.map((lang) =>
    Object.keys(all[lang] ?? {})
      .sort()
      .join(),
  )
  if (new Set(keys).size !== 1)
    throw new TypeError(`The languages differ in their words: ${keys.join(' / ')}`)
  return all
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Puts pieces of markup into their places; each place is filled, and no piece is left over. */
export function composePage(frame: string, slots: Readonly<Record<string, string>>): string {
  const left = new Set(Object.keys(slots))
  const page = frame.replace(/\{\{slot\.([^{}]*)\}\}/g, (place, name: string) => {
    const piece = slots[name]
    if (piece === undefined) throw new TypeError(`Nothing fills ${place}.`)
    left.delete(name)
    return piece.trim()
  })
  if (left.size > 0) throw new TypeError(`The page has no place for ${[...left].join(', ')}.`)
  return page
}

export function fillPage(template: string, filling: Filling): { html: string; assets: ReadonlySet<string> } {
  const assets = new Set<string>()
  const left = new Set<string>()
  const html = template.replace(/\{\{([^{}]*)\}\}/g, (placeholder, inside: string) => {
    const [kind = '', ...rest] = inside.split('.')
    const name = rest.join('.')
    const word = filling.words[name]
    if (kind === 'words' && word !== undefined) return escapeHtml(word)
    if (inside === 'page.lang') return filling.lang
    if (kind === 'asset') {
      assets.add(name)
      return filling.assetUrl(name)
    }
    if (!filling.leave.includes(inside)) throw new TypeError(`Nothing fills ${placeholder}.`)
    left.add(inside)
    return placeholder
  })
  const missing = filling.leave.filter((name) => !left.has(name))
  if (missing.length > 0) throw new TypeError(`The page lacks {{${missing.join('}}, {{')}}}.`)
  return { html, assets }
}

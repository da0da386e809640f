/** Whether HTML has elements inside each other so deep that cleaning it would take the gate's time from everybody. */

/** Cleaning takes time by length and depth; no page of people goes so deep. */
const deepest = 300

const empty: ReadonlySet<string> = new Set([
  ...[
    'area',
    'base',
    'basefont',
    'br',
    'col',
    'embed',
    'hr',
    'img',
    'input',
    'link',
    'meta',
    'param',
    'source',
  ],
  ...['track', 'wbr'],
])

/** What ends by itself when another begins (HTML standard, section 13.1.2.4, optional tags). */
const endedBy = new Map<string, ReadonlySet<string>>([
  ['li', new Set(['li'])],
  ['option', new Set(['option'])],
  ['dt', new Set(['dt', 'dd', 'p'])],
  ['dd', new Set(['dt', 'dd', 'p'])],
  ['td', new Set(['td', 'th', 'p'])],
  ['th', new Set(['td', 'th', 'p'])],
  ['tr', new Set(['tr', 'td', 'th', 'p'])],
  ...['p', 'div', 'ul', 'ol', 'dl', 'table', 'pre', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'section', 'hr'].map(
    (name) => [name, new Set(['p'])] as const,
  ),
])

const tag = /<(\/?)([a-z][^\s/>]*)/gi

/** Never less than a parser finds by much: what is text in a script counts too. */
export function isTooDeep(html: string): boolean {
  const open: string[] = []
  for (const [, slash, written = ''] of html.matchAll(tag)) {
    const name = written.toLowerCase()
    if (slash === '/') {
      const at = open.lastIndexOf(name)
      if (at !== -1) open.length = at
      continue
    }
    const ended = endedBy.get(name)
    while (ended?.has(open.at(-1) ?? '') === true) open.pop()
    if (!empty.has(name)) open.push(name)
    if (open.length > deepest) return true
  }
  return false
}

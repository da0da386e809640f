/** HTML in which nothing acts: text, tables, pictures and links stay; scripts, forms, frames and whatever calls them go. */
import sanitizeHtml from 'sanitize-html'
import { isTooDeep } from './depth.ts'

/** Neither SVG nor MathML: what is text in one of them is markup in the other, which is how cleaned HTML comes to life again. */
const tags = [
  ...sanitizeHtml.defaults.allowedTags,
  ...[
    'audio',
    'big',
    'center',
    'del',
    'details',
    'font',
    'img',
    'ins',
    'meter',
    'progress',
    'source',
    'strike',
  ],
  ...['summary', 'tt', 'video'],
]

/** Their text is no text of the page. */
const silent = [
  ...['iframe', 'math', 'noembed', 'noframes', 'noscript', 'object', 'option', 'script', 'style', 'svg'],
  ...['template', 'textarea', 'title', 'xmp'],
]

const everywhere = ['class', 'dir', 'lang', 'role', 'style', 'title', 'aria-*']

/** Neither `id` nor `name`: both make variables of the page (HTML standard, section 7.2.2.3, named access on the Window). */
const attributes = {
  '*': everywhere,
  a: ['href', 'target', 'rel'],
  audio: ['src', 'controls'],
  col: ['span', 'width'],
  colgroup: ['span', 'width'],
  details: ['open'],
  font: ['color', 'face', 'size'],
  img: ['src', 'alt', 'width', 'height', 'loading'],
  meter: ['value', 'min', 'max', 'low', 'high', 'optimum'],
  ol: ['start', 'type', 'reversed'],
  progress: ['value', 'max'],
  source: ['src', 'type'],
  table: ['border', 'cellpadding', 'cellspacing', 'width', 'align'],
  td: ['colspan', 'rowspan', 'align', 'valign', 'width', 'headers'],
  th: ['colspan', 'rowspan', 'align', 'valign', 'width', 'scope'],
  time: ['datetime'],
  tr: ['align', 'valign'],
  video: ['src', 'poster', 'controls', 'loop', 'muted', 'width', 'height'],
}

/** No addresses, no escapes; of functions those that calculate or name a colour. */
const harmlessValue = /^(?:[\w\s.,#%+*/'"-]|(?:rgba?|hsla?|calc|min|max|clamp|var)\([\w\s.,#%+*/-]*\))+$/i

/** Nothing below zero, calculated neither: it would be drawn over what stands before. */
const inItsPlace = /^(?:[\w\s.,%+]|-(?=[a-z]))+$/i

/** Lengths that may be below zero. */
const pulling = /^(?:margin|text-indent|letter-spacing)/

/** What can't lay one thing over another: no `position`, no `transform`, no `z-index`. */
const styles = [
  ...[
    'color',
    'background-color',
    'background',
    'opacity',
    'display',
    'float',
    'clear',
    'overflow',
    'gap',
    'flex',
  ],
  ...[
    'width',
    'height',
    'min-width',
    'max-width',
    'min-height',
    'max-height',
    'box-sizing',
    'list-style-type',
  ],
  ...['font', 'font-family', 'font-size', 'font-style', 'font-weight', 'line-height', 'letter-spacing'],
  ...['text-align', 'text-decoration', 'text-indent', 'text-transform', 'vertical-align', 'white-space'],
  ...[
    'word-break',
    'overflow-wrap',
    'border-collapse',
    'border-spacing',
    'border-radius',
    'border',
    'table-layout',
  ],
  ...[
    'border-color',
    'border-style',
    'border-width',
    'align-items',
    'justify-content',
    'flex-wrap',
    'flex-direction',
  ],
  ...['padding', 'margin'],
  ...['top', 'right', 'bottom', 'left'].flatMap((side) => [
    `padding-${side}`,
    `margin-${side}`,
    `border-${side}`,
  ]),
]

/** Pictures and sound are loaded without a click, so from nowhere else: an address elsewhere would tell who reads what. */
const loaded = ['audio', 'img', 'source', 'video'] as const

const options = {
  allowedTags: tags,
  nonTextTags: silent,
  allowedAttributes: attributes,
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { audio: [], img: ['data'], source: [], video: [] },
  allowProtocolRelative: false,
  allowedStyles: {
    '*': Object.fromEntries(styles.map((name) => [name, [pulling.test(name) ? inItsPlace : harmlessValue]])),
  },
  nestingLimit: 200,
} satisfies sanitizeHtml.IOptions

/** Beyond this it is shown as its source: while a megabyte is cleaned, everybody else waits, from 0.15 s to more than a second. */
const longest = 1_000_000

/** A tag that the text ends in; browsers leave it out (HTML standard, section 13.2.5.6 and on: eof-in-tag). */
const unfinished = /<[a-z/!?][^<>]*$/i

/** `origin`: where the page comes from, such as `https://demo.example.org`; what is there may be loaded by its whole address. */
export function makeHtmlCleaner(origin?: string): (html: string) => string {
  const here = origin === undefined ? undefined : `${origin}/`
  const own = (address: string): string => {
    const trimmed = address.trim()
    return here !== undefined && trimmed.toLowerCase().startsWith(here)
      ? `/${trimmed.slice(here.length)}`
      : trimmed
  }
  const load: sanitizeHtml.Transformer = (tagName, attribs) => {
    const kept = Object.entries(attribs).flatMap(([name, given]) => {
      const value = name === 'src' || name === 'poster' ? loadable(own(given), tagName) : given
      return value === undefined ? [] : [[name, value]]
    })
    return { tagName, attribs: Object.fromEntries(kept) as Record<string, string> }
  }
  const transformTags: Record<string, sanitizeHtml.Transformer> = {
    ...Object.fromEntries(loaded.map((tag) => [tag, load])),
    a: (tagName, attribs) => ({
      tagName,
      attribs: {
        ...attribs,
        ...(attribs['target'] !== undefined && { target: '_blank', rel: 'noopener noreferrer' }),
      },
    }),
  }
  const all = { ...options, transformTags }
  return (html) => {
    // Without a tag there is nothing to clean, and what is no HTML keeps its form.
    if (!html.includes('<')) return html
    if (html.length > longest || isTooDeep(html)) return asSource(html)
    return sanitizeHtml(html.replace(unfinished, ''), all)
  }
}

/** What the browser shows is then the text of the markup. */
export function asSource(html: string): string {
  return html.replaceAll('<', '&lt;')
}

/** Of `data:` only pictures, which run nothing where they are loaded as one. */
function loadable(address: string, tag: string): string | undefined {
  if (!/^data:/i.test(address)) return address
  return tag === 'img' && /^data:image\/[\w.+-]+[;,]/i.test(address) ? address : undefined
}

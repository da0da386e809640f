/** Path templates: `{name}` is part of one segment, `{name...}` the rest, `[/]` an optional slash at the end. */

export interface Template {
  /** True when the template names nothing and matches one text only. */
  readonly literal: string | undefined
  /** What every match begins with. */
  readonly prefix: string
  readonly open: boolean
  /** Characters that stand outside the names: the more, the more specific. */
  readonly fixed: number
  readonly match: (path: string) => Readonly<Record<string, string>> | undefined
}

const name = /\{([a-z_]+)(\.\.\.)?\}/g

/** Compiles one template; `path` in `match` is decoded text, so that a name never holds an escape. */
export function compileTemplate(template: string): Template {
  const twin = template.endsWith('[/]')
  const body = twin ? template.slice(0, -3) : template
  const names = [...body.matchAll(name)]
  const prefix = body.slice(0, names[0]?.index ?? body.length)
  if (names.length === 0) {
    const match = (path: string) => (path === body || (twin && path === `${body}/`) ? {} : undefined)
    return { literal: twin ? undefined : body, prefix, open: false, fixed: body.length, match }
  }
  const pattern = new RegExp(`^${toPattern(body)}${twin ? '/?' : ''}$`, 'u')
  const keys = names.map((one) => one[1] ?? '')
  const match = (path: string) => {
    if (!path.startsWith(prefix)) return undefined
    const found = pattern.exec(path)
    return found === null ? undefined : Object.fromEntries(keys.map((key, at) => [key, found[at + 1] ?? '']))
  }
  return {
    literal: undefined,
    prefix,
    open: names.some((one) => one[2] !== undefined),
    fixed: body.replace(name, '').length,
    match,
  }
}

function toPattern(body: string): string {
  let pattern = ''
  let from = 0
  for (const found of body.matchAll(name)) {
    pattern += escapeText(body.slice(from, found.index)) + (found[2] === undefined ? '([^/]+)' : '(.*)')
    from = found.index + found[0].length
  }
  return pattern + escapeText(body.slice(from))
}

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

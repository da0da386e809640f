/** How the templates of an HTML component use its values: as markup, or as text that must not become markup or code. */
import type { Json, JsonObject } from '../kit/json.ts'

/**
 * A template is Handlebars first; what comes out is the source of a JavaScript template literal, which is run; what that gives is
 * the component's HTML (js/html/shared/HTML.svelte 6.31, render_template).
 */
export type TemplateUse =
  /** `${value}` between tags: a value is a piece of HTML. */
  | { readonly kind: 'markup' }
  /** Anything else. `escape`: it is put in as it is; `code`: it becomes part of the source that is run. */
  | { readonly kind: 'text'; readonly escape: boolean; readonly code: boolean }

const plain = '${value}'
/** In these, what looks like a tag is none, and an end tag ends more than it seems to. */
const rawText =
  /<(?:script|style|textarea|title|xmp|iframe|noscript|noembed|noframes|plaintext|svg|math|template)\b/i

export function templateUse({ html_template: html, css_template: css }: JsonObject): TemplateUse {
  const template = textOf(html, plain)
  const style = textOf(css, '')
  if (template === plain && !style.includes('{{')) return { kind: 'markup' }
  const both = template + style
  if (!both.includes('{{') && !rawText.test(template) && isBetweenTags(template)) return { kind: 'markup' }
  // With a tilde Handlebars drops the white space beside it.
  return { kind: 'text', escape: /\$\{|\{\{~?[{&]/.test(both), code: both.includes('{{') }
}

function textOf(given: Json | undefined, absent: string): string {
  return typeof given === 'string' ? given : absent
}

/** A tag of which nobody can be in doubt where it ends. */
const plainTag = /<\/?[a-z][\w-]*(?:\s+[\w:@.-]+(?:\s*=\s*(?:"[^"$]*"|'[^'$]*'|[\w./#:;%-]+))?)*\s*\/?>/gi

/** Every place is `${value}` and stands in no tag; what an escape of the template literal may turn into a tag counts as one. */
function isBetweenTags(template: string): boolean {
  return !/[<\\]|\$\{/.test(template.replace(plainTag, ' ').replaceAll(plain, ''))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  // Where a template has no quotes round an attribute; Handlebars does the same.
  '=': '&#61;',
}

/** Text that stays text wherever a template of this use puts it, between tags or in quotes. */
export function asText(
  text: string,
  { escape, code }: { readonly escape: boolean; readonly code: boolean },
): string {
  const shown = escape ? text.replace(/[&<>"'`=]/g, (sign) => entities[sign] ?? '') : text
  if (!code) return shown
  // What begins a piece of code is parted by a space without width; the dollar or the brace may be another value's, or the
  // template's own. An escape would be read after Handlebars has looked for markup: `\x3c` is a tag's first sign.
  return shown
    .replaceAll('\\', '\\\\')
    .replace(/\$(?=\{|$)/g, '$\u200b')
    .replace(/^\{/, '\u200b{')
}

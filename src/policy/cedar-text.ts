/** Values as Cedar writes them. */

/** https://docs.cedarpolicy.com/policies/syntax-grammar.html: STR, with `\u{…}` for what acts on whatever shows it. */
export function cedarString(text: string): string {
  return `"${escape(text)}"`
}

/** For `like`: only `*` means something. */
export function cedarPattern(pattern: string): string {
  return `"${pattern.split('*').map(escape).join('*')}"`
}

function escape(text: string): string {
  return text
    .replace(/["\\]/g, String.raw`\$&`)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16) ?? ''}}`)
}

export function cedarRole(name: string): string {
  return `Sekisho::Role::${cedarString(name)}`
}

export function cedarActions(names: readonly string[]): string {
  const all = names.map((name) => `Sekisho::Action::${cedarString(name)}`)
  return all.length === 1 ? `action == ${all.join()}` : `action in [${all.join(', ')}]`
}

/** One of them must hold; in brackets where there are several. */
export function anyOf(conditions: readonly string[]): string {
  return conditions.length === 1 ? conditions.join() : `(${conditions.join(' || ')})`
}

/** A text that fits the pattern: `==` where nothing is left open, which is also what people read fastest. */
export function fitsPattern(subject: string, pattern: string): string {
  return pattern.includes('*')
    ? `${subject} like ${cedarPattern(pattern)}`
    : `${subject} == ${cedarString(pattern)}`
}

/** Names of an app as YAML, whatever stands in them. */

/** Plain where YAML takes it for a text and nothing else (YAML 1.2 section 10.3.2). */
export function yamlKey(name: string): string {
  const isPlain =
    /^[A-Za-z_][\w-]{0,99}$/.test(name) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(name)
  return isPlain ? name : lineSafe(JSON.stringify(name))
}

/** In a comment or a quoted text: nothing that ends the line or acts on a terminal. */
export function lineSafe(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

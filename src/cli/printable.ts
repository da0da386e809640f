/** Text from outside on its way to a terminal. */

/**
 * Control, format and surrogate characters as `\uXXXX`, which JSON reads too: a user agent in a session list must not
 * move the cursor, retitle the window or turn the reading direction around.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (sign) =>
    sign
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

/** The same for text of several lines. */
export function printableText(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

export function printableJson(value: unknown): string {
  return printable(JSON.stringify(value))
}

/** Columns as wide as their widest cell, two spaces between. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

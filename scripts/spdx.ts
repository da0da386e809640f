/** SPDX licence expressions (SPDX 2.3, annex D): whether one can be met by licences from a list. */

/** False for what it can't read: an unknown licence is no licence. */
export function isAllowedLicence(expression: string, allowed: readonly string[]): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? []
  const reader = { tokens, at: 0 }
  const answer = readOr(reader, allowed)
  return answer === true && reader.at === tokens.length
}

interface Reader {
  readonly tokens: readonly string[]
  at: number
}

/** `AND` binds closer than `OR`; undefined means unreadable. */
function readOr(reader: Reader, allowed: readonly string[]): boolean | undefined {
  let answer = readAnd(reader, allowed)
  while (reader.tokens[reader.at] === 'OR') {
    reader.at++
    const next = readAnd(reader, allowed)
    answer = answer === undefined || next === undefined ? undefined : answer || next
  }
  return answer
}

function readAnd(reader: Reader, allowed: readonly string[]): boolean | undefined {
  let answer = readOne(reader, allowed)
  while (reader.tokens[reader.at] === 'AND') {
    reader.at++
    const next = readOne(reader, allowed)
    answer = answer === undefined || next === undefined ? undefined : answer && next
  }
  return answer
}

function readOne(reader: Reader, allowed: readonly string[]): boolean | undefined {
  const token = reader.tokens[reader.at++]
  if (token === undefined || token === ')' || token === 'AND' || token === 'OR') return undefined
  if (token !== '(') return allowed.includes(token)
  const inner = readOr(reader, allowed)
  return reader.tokens[reader.at++] === ')' ? inner : undefined
}

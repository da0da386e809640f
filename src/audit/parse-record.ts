/** Reads a record back from its line: strict, since whoever changed the file wrote what stands here. */
import type { Opening } from './commitment.ts'

/** What a segment says of another one; believed only because the record that says it holds. */
export interface Claim {
  readonly segment: string
  readonly count: number
  readonly head: string
}

export const personalFieldNames = [
  'username',
  'user_name',
  'source_ip',
  'useragent',
  'attributes',
  'attributes_before',
  'object',
  'text',
  'network',
] as const

export interface ParsedRecord {
  readonly n: number
  readonly fields: Readonly<Record<string, unknown>>
}

export function parseRecord(bytes: Buffer): ParsedRecord | undefined {
  const fields = parseObject(bytes.toString('utf8'))
  const n = fields?.['n']
  return fields !== undefined && typeof n === 'number' && Number.isSafeInteger(n) && n > 0
    ? { n, fields }
    : undefined
}

export function parseClaims(before: unknown): readonly Claim[] {
  if (!Array.isArray(before)) return []
  return before.flatMap((item: unknown) => {
    if (!isObject(item)) return []
    const { segment, count, head } = item
    return typeof segment === 'string' && typeof count === 'number' && typeof head === 'string'
      ? [{ segment, count, head }]
      : []
  })
}

/** No opening is fine; one in any other spelling than ours isn't, since another reader could see another value in it. */
export function parseOpenings(personal: string | undefined): Record<string, Opening> | undefined {
  if (personal === undefined) return {}
  const parsed = parseObject(personal)
  if (parsed === undefined || JSON.stringify(parsed) !== personal) return undefined
  const openings: Record<string, Opening> = {}
  for (const [field, opening] of Object.entries(parsed)) {
    if (!isObject(opening)) return undefined
    const { value, salt } = opening
    if (typeof value !== 'string' || typeof salt !== 'string') return undefined
    openings[field] = { value, salt }
  }
  return openings
}

export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return isObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One thing wrong with the configuration: where, which key, what was found, what is allowed. */
import type { z } from 'zod'
import { GateFault } from '../kit/fault.ts'
import { nearestKey } from './nearest-key.ts'
import { knownKeys } from './schema.ts'

export type KeyPath = readonly (string | number)[]

export interface Finding {
  /** `sekisho.yaml:3` or `--listen`. */
  readonly where: string
  readonly says: string
}

/** The place of a key in its source. */
export type Locate = (path: KeyPath) => string

const mostShown = 20

export function configFault(findings: readonly Finding[]): GateFault {
  const lines = findings.slice(0, mostShown).map(({ where, says }) => `  ${where}: ${says}`)
  const more = findings.length - mostShown
  if (more > 0) lines.push(`  … and ${more} more.`)
  return new GateFault('config-invalid', ["The configuration can't be used:", ...lines].join('\n'))
}

/** The findings of one failed parse, in the words of the schema. */
export function findingsOf(error: z.ZodError, raw: unknown, locate: Locate): readonly Finding[] {
  return error.issues.flatMap((issue): readonly Finding[] => {
    const path = issue.path.filter((part) => typeof part !== 'symbol')
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        where: locate([...path, key]),
        says: unknownKey(path.join('.'), key),
      }))
    }
    const where = locate(path)
    if (issue.code === 'custom' && issue.params?.['unknownKey'] === true)
      return [{ where, says: `${nameKey(path)}: ${issue.message}` }]
    const found = `found ${describe(valueAt(raw, path))}; allowed is ${issue.message}.`
    // An option is its own name.
    const name = where.startsWith('--') ? '' : nameKey(path)
    return [{ where, says: name === '' ? found : `${name}: ${found}` }]
  })
}

function unknownKey(folder: string, key: string): string {
  const name = quoteKey(folder === '' ? key : `${folder}.${key}`)
  if (/pas+(word|phrase|wd)|secret/i.test(key)) {
    return `${name}: a password never stands in the configuration. Remove it, and set one with: sekisho password set`
  }
  const meant = nearestKey(folder, key)
  if (meant !== undefined) return `${name}: unknown key. Did you mean ${meant}?`
  return `${name}: unknown key. Known here: ${(knownKeys[folder] ?? []).join(', ')}.`
}

/** `trusted_proxies[1]`, counted from 1 as people do. */
export function nameKey(path: KeyPath): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part + 1}]`
    return name === '' ? quoteKey(part) : `${name}.${quoteKey(part)}`
  }, '')
}

function quoteKey(key: string): string {
  return /^[\w.-]{1,64}$/.test(key) ? key : quote(key)
}

/** What was found, short, without control characters and without credentials of a URL. */
export function describe(found: unknown): string {
  if (found === null || found === undefined) return 'nothing'
  if (typeof found === 'string') return quote(found.replace(/\/\/[^/]*@/, '//…@'))
  if (Array.isArray(found)) return found.length === 0 ? 'an empty list' : `a list of ${found.length}`
  if (typeof found === 'object') return 'a group of keys'
  return quote(String(found)).slice(1, -1)
}

/** Quoted like JSON; control and format characters (which can rewrite a terminal line) as escapes. */
function quote(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text
  return JSON.stringify(short).replace(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function valueAt(raw: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null) return undefined
    return Object.getOwnPropertyDescriptor(value, part)?.value as unknown
  }, raw)
}

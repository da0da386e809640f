/** The operator's word for a token: what a list and the audit log show. */
import type { Branded } from '../kit/brand.ts'
import { holdsApiToken } from './token.ts'

export type ApiTokenName = Branded<string, 'ApiTokenName'>

export const apiTokenNameShape = '1 to 64 printable characters, and no token'

// Nothing that moves a cursor, hides or turns the reading direction around (Unicode general categories).
const form = /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u

/** One spelling each (NFC), so that two names that look alike are one. A token itself is no name: names are shown. */
export function parseApiTokenName(typed: string): ApiTokenName | undefined {
  const name = typed.normalize('NFC').trim()
  return form.test(name) && !holdsApiToken(name) ? (name as ApiTokenName) : undefined
}

/** User names: one canonical form, so that two spellings are never two accounts. */
import { normalizeUsername } from '../contract/contract.ts'
import type { Branded } from './brand.ts'

export type Username = Branded<string, 'Username'>

export const usernameShape =
  '1 to 64 of the letters a-z, digits and . _ - @ +, beginning with a letter or digit; capitals count as small letters'

const form = /^[a-z0-9][a-z0-9._@+-]{0,63}$/

/**
 * ASCII only: of the Unicode names that look alike (Unicode Technical Standard 39) nobody could tell whose log line it is.
 * Blanks around it are a slip of the hand.
 */
export function parseUsername(typed: string): Username | undefined {
  const name = normalizeUsername(typed)
  return form.test(name) ? (name as Username) : undefined
}

/** Under what a name's failed sign-ins are counted, whether or not somebody has it: otherwise the waiting would tell. */
export function failureKeyOf(name: Username): string {
  return `user:${name}`
}

/** What a new password must be (NIST SP 800-63B-4 section 3.1.1.2), for the CLI and the pages alike: where it is typed. */
import {
  characterKinds,
  leastPasswordLength,
  normalizePassword,
  passwordLength,
  type CharacterKind,
  type PasswordRules,
} from './contract.ts'
import { isCommon, isRepeated, plainOf } from './password-blocklist.ts'

export type Score = 0 | 1 | 2 | 3 | 4

/** What makes a password easy to guess, by zxcvbn's names; `bruteforce`: nothing but its shortness. */
export const guessPatterns = [
  'dictionary',
  'spatial',
  'repeat',
  'sequence',
  'wordSequence',
  'regex',
  'date',
  'bruteforce',
] as const
export type GuessPattern = (typeof guessPatterns)[number]

export interface Guess {
  readonly score: Score
  /** Decimal logarithm of how many guesses it takes. */
  readonly guessesLog10: number
  readonly pattern: GuessPattern
}

/** Estimates how soon a guessing program finds a password. */
export interface Guessing {
  guess(password: string, siteWords: readonly string[]): Guess
}

export type PasswordReason =
  | { readonly code: 'too-short'; readonly length: number; readonly least: number }
  | { readonly code: 'too-long'; readonly length: number; readonly most: number }
  | { readonly code: 'control-character' | 'not-unicode' | 'repeats' | 'common' }
  | { readonly code: 'site-word'; readonly word: string }
  | { readonly code: 'composition'; readonly missing: readonly CharacterKind[] }
  | { readonly code: 'guessable'; readonly pattern: GuessPattern }

export type PasswordVerdict =
  /** `password` is the form that is registered. */
  | { readonly ok: true; readonly password: string; readonly strength: Guess }
  | { readonly ok: false; readonly reasons: readonly PasswordReason[]; readonly strength: Guess }

export const greatestPasswordLength = 1024
export const defaultPasswordRules: PasswordRules = {
  least: leastPasswordLength,
  composition: [],
  siteWords: [],
}

/** zxcvbn: 3 is "safely unguessable" with a slow hash, which Argon2id at the browser is. */
const leastScore: Score = 3
/**
 * Estimating takes more than linear time: 0.4 s for 100 awkward characters, 8 s for 1000. Whoever finds the whole has
 * found its beginning, so nothing weak gets by; every other rule sees the whole password.
 */
const guessedCharacters = 100
/** What must be left of a password without the words of the site. */
const leastBesideSiteWords = { length: 8, score: 2 }
const alwaysSiteWords = ['sekisho', 'gradio'] as const

/** All the reasons that a password breaks, or the form to register. Nothing is ever cut off. */
export function judgePassword(typed: string, rules: PasswordRules, guessing: Guessing): PasswordVerdict {
  const password = normalizePassword(typed)
  const strength = guess(password, rules, guessing)
  const shape = findShapeReasons(password, rules)
  const reasons = shape.length > 0 ? shape : findGuessReasons(password, rules, guessing, strength)
  return reasons.length > 0 ? { ok: false, reasons, strength } : { ok: true, password, strength }
}

function guess(password: string, { siteWords }: PasswordRules, guessing: Guessing): Guess {
  const start = Array.from(password).slice(0, guessedCharacters).join('')
  return guessing.guess(start, [...alwaysSiteWords, ...siteWords])
}

function findShapeReasons(password: string, rules: PasswordRules): readonly PasswordReason[] {
  const reasons: PasswordReason[] = []
  const length = passwordLength(password)
  if (length < rules.least) reasons.push({ code: 'too-short', length, least: rules.least })
  if (length > greatestPasswordLength)
    reasons.push({ code: 'too-long', length, most: greatestPasswordLength })
  // A browser's password field drops line breaks, and lone surrogates have no UTF-8: nobody could sign in.
  if (/\p{Cc}/u.test(password)) reasons.push({ code: 'control-character' })
  if (!password.isWellFormed()) reasons.push({ code: 'not-unicode' })
  const missing = characterKinds.filter(
    (kind) => rules.composition.includes(kind) && !kindPatterns[kind].test(password),
  )
  if (missing.length > 0) reasons.push({ code: 'composition', missing })
  return reasons
}

const kindPatterns: Readonly<Record<CharacterKind, RegExp>> = {
  lower: /\p{Ll}/u,
  upper: /\p{Lu}/u,
  digit: /\p{Nd}/u,
  symbol: /[^\p{L}\p{N}\p{M}]/u,
}

function findGuessReasons(
  password: string,
  rules: PasswordRules,
  guessing: Guessing,
  strength: Guess,
): readonly PasswordReason[] {
  if (isRepeated(password.toLowerCase())) return [{ code: 'repeats' }]
  if (isCommon(password)) return [{ code: 'common' }]
  const word = findSiteWord(password, rules, guessing)
  if (word !== undefined) return [{ code: 'site-word', word }]
  return strength.score < leastScore ? [{ code: 'guessable', pattern: strength.pattern }] : []
}

/** A word of the site that the password is little more than, "and derivatives thereof" in the standard's words. */
function findSiteWord(password: string, rules: PasswordRules, guessing: Guessing): string | undefined {
  const words = siteWordsOf(rules)
  const plain = plainOf(password)
  const found = words.find((word) => plain.includes(plainOf(word)))
  if (found === undefined) return undefined
  const rest = words.reduce((left, word) => left.replaceAll(plainOf(word), ''), plain)
  const enough =
    passwordLength(rest) >= leastBesideSiteWords.length &&
    guess(rest, rules, guessing).score >= leastBesideSiteWords.score
  return enough ? undefined : found
}

/** The longest first, so that a name goes before its parts; what is too short would be found in anything. */
function siteWordsOf(rules: PasswordRules): readonly string[] {
  const words = [...rules.siteWords, ...alwaysSiteWords].map((word) => normalizePassword(word).toLowerCase())
  const parts = words.flatMap((word) => word.split(/[^\p{L}\p{N}]+/u)).filter((part) => part.length >= 4)
  return [...new Set([...words.filter((word) => plainOf(word).length >= 3), ...parts])].sort(
    (one, other) => other.length - one.length,
  )
}

/** What is used of zxcvbn's result. */
export interface ZxcvbnResult {
  readonly score: number
  readonly guessesLog10: number
  readonly sequence: readonly { readonly pattern: string; readonly token: string }[]
}

/** `check` is zxcvbn's, whose dictionaries each side loads in its own way. */
export function guessWith(check: (password: string, words: string[]) => ZxcvbnResult): Guessing {
  return {
    guess: (password, siteWords) => {
      const { score, guessesLog10, sequence } = check(password, [...siteWords])
      return { score: parseScore(score), guessesLog10, pattern: findPattern(sequence) }
    },
  }
}

function parseScore(score: number): Score {
  return score === 4 || score === 3 || score === 2 || score === 1 ? score : 0
}

/** The longest piece that a guessing program would not have to try out. */
function findPattern(sequence: ZxcvbnResult['sequence']): GuessPattern {
  const pieces = sequence.flatMap(({ pattern, token }) => {
    const ours = guessPatterns.find((one) => one === pattern && one !== 'bruteforce')
    return ours === undefined ? [] : [{ pattern: ours, length: token.length }]
  })
  return pieces.sort((one, other) => other.length - one.length)[0]?.pattern ?? 'bruteforce'
}

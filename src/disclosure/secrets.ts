/** Finds secrets by their form, and takes them out of a text. */
import { ownRules } from './own-rules.ts'
import { gitleaksRules } from './secret-rules.ts'

/** Every form, with the flag for all of a text. */
const rules = [...ownRules, ...gitleaksRules].map((rule) => ({
  ...rule,
  form: new RegExp(rule.form, `${rule.form.flags}g`),
}))

const words = [...new Set(rules.flatMap(({ keywords }) => keywords))]
const wordForm = words.map((word) => word.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('|')
export const anyWord = new RegExp(wordForm, 'i')
const everyWord = new RegExp(anyWord, 'gi')

/** What stands for a secret in examples: one sign again and again, or the word for it. */
export const standIn =
  /([x*.0])\1{7}|^(?:password|passwd|pass|pwd|secret|x+|\*+|\.{3}|your[\w-]*|[<{[].*|\$\{?\w+\}?)$/i

export const withheld = '[withheld]'

export interface Redaction {
  readonly text: string
  /** Kinds of what was taken out. */
  readonly kinds: readonly string[]
}

/** Of these forms, which may be found in a text, by their keywords. */
export function rulesFor(text: string): typeof rules {
  const present = new Set(Array.from(text.matchAll(everyWord), ([word]) => word.toLowerCase()))
  return rules.filter(({ keywords }) => keywords.some((word) => present.has(word)))
}

/** Whether a look is worth while. */
export function mayHoldSecret(text: string): boolean {
  return anyWord.test(text)
}

/** A text without the secrets in it. */
export function redactSecrets(text: string): Redaction {
  if (!mayHoldSecret(text)) return { text, kinds: [] }
  const kinds: string[] = []
  let redacted = text
  for (const { kind, form } of rulesFor(text)) {
    redacted = redacted.replace(form, (found) => {
      if (standIn.test(found)) return found
      kinds.push(kind)
      return withheld
    })
  }
  return { text: redacted, kinds }
}

/** The kinds of secrets in a text. */
export function findSecrets(text: string): readonly string[] {
  return [...new Set(redactSecrets(text).kinds)]
}

/** A growing text's last word, once it may be the beginning of a secret, is not shown before it is decided. No form is longer. */
const longestWord = 8192

/**
 * How much of a growing text is decided: whatever comes after it, what `redactSecrets` makes of this beginning stays. No form
 * but a private key's holds white space.
 */
export function decidedLength(text: string): number {
  const key = openKey(text)
  const whole = key === -1 ? text.length : key
  const word = text.slice(0, whole).search(/\S+$/)
  if (word === -1) return whole
  if (whole - word > longestWord) return decidedInWord(text, word, whole)
  return mayHoldSecret(text.slice(word, whole)) ? word : whole
}

/** Where a private key begins that hasn't ended; looked for behind the last end, since the text is anybody's. */
function openKey(text: string): number {
  let ended = -Infinity
  for (const { index } of text.matchAll(/-----END [A-Z ]{0,40}PRIVATE KEY-----/g)) ended = index
  const begin = /-----BEGIN [A-Z ]{0,40}(?:PRIVATE|$)/g
  begin.lastIndex = Math.max(0, ended - '-----BEGIN '.length + 1)
  return begin.exec(text)?.index ?? -1
}

/** Of a form stands no more than this before its keyword. */
const beforeKeyword = 64

/** In a word that never ends (JSON without spaces, base64) only what began lately may still become a secret. */
function decidedInWord(text: string, word: number, whole: number): number {
  const from = whole - longestWord
  const at = text.slice(from, whole).search(anyWord)
  if (at === -1) return whole
  const cut = Math.max(word, from + at - beforeKeyword)
  // A cut through the middle of a secret would show its first half.
  const shown = redactSecrets(text.slice(0, cut)).text
  return redactSecrets(text.slice(0, whole)).text.startsWith(shown) ? cut : word
}

/** What a new password must be: NIST SP 800-63B-4 section 3.1.1.2. No composition rules, no truncation. */
import { leastPasswordLength, normalizePassword, passwordLength } from '../contract/contract.ts'

export type PasswordVerdict =
  { readonly ok: true; readonly password: string } | { readonly ok: false; readonly reason: string }

const greatestLength = 1024

/**
 * The blocklist that the standard asks for. Lists of leaked passwords hold hardly anything of 15 characters and more;
 * what they do hold is one short word repeated, a run of the keyboard, or a phrase everybody knows.
 */
const runs = [
  '01234567890123456789012345678901234567890',
  '98765432109876543210987654321098765432109',
  'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz',
  'zyxwvutsrqponmlkjihgfedcbazyxwvutsrqponmlkjihgfedcba',
  'qwertyuiopasdfghjklzxcvbnmqwertyuiopasdfghjklzxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'qazwsxedcrfvtgbyhnujmikolp',
]
const known = new Set([
  'correcthorsebatterystaple',
  'thequickbrownfox',
  'thequickbrownfoxjumpsoverthelazydog',
  'password12345678',
  'passwordpassword1',
  'iloveyousomuch123',
  'administrator123',
  'letmeinletmein123',
  'changemechangeme1',
  'mypasswordispassword',
  'thisismypassword',
  'thisisapassword',
  'sekishosekisho1',
  'gradiopassword1',
])

/** The password in the form that is registered, or the reason to show. */
export function judgePassword(typed: string): PasswordVerdict {
  const password = normalizePassword(typed)
  const length = passwordLength(password)
  if (length < leastPasswordLength) {
    return no(`It has ${String(length)} characters; at least ${String(leastPasswordLength)} are needed.`)
  }
  if (length > greatestLength) return no(`It is longer than ${String(greatestLength)} characters.`)
  // A browser's password field drops line breaks, and lone surrogates have no UTF-8: nobody could sign in.
  if (/\p{Cc}/u.test(password))
    return no('It has a control character in it (a tab or a line break, perhaps).')
  if (!password.isWellFormed()) return no('It has characters in it that are not valid Unicode.')
  if (isRepeated(password.toLowerCase())) {
    return no('It repeats one short piece, which guessing programs try first.')
  }
  const plain = password.toLowerCase().replace(/[\s\p{P}]/gu, '')
  if (known.has(plain) || (plain.length >= 10 && runs.some((run) => run.includes(plain)))) {
    return no('It is on the list of passwords that guessing programs try first.')
  }
  return { ok: true, password }
}

/** Whether `text` is a piece of at most 10 characters again and again, the last time perhaps cut. */
function isRepeated(text: string): boolean {
  const longest = Math.min(10, Math.floor(text.length / 2))
  for (let length = 1; length <= longest; length++) {
    const piece = text.slice(0, length)
    if (piece.repeat(Math.ceil(text.length / length)).startsWith(text)) return true
  }
  return false
}

function no(reason: string): PasswordVerdict {
  return { ok: false, reason: `This password can't be used. ${reason}` }
}

/** The passwords that guessing programs try first and length alone does not exclude (NIST SP 800-63B-4 section 3.1.1.2). */

// Lists of leaked passwords hold hardly anything of 15 characters and more; what they do hold is one short word
// repeated, a run of the keyboard, or a phrase everybody knows.
const runs = [
  '01234567890123456789012345678901234567890',
  '98765432109876543210987654321098765432109',
  'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz',
  'zyxwvutsrqponmlkjihgfedcbazyxwvutsrqponmlkjihgfedcba',
  'qwertyuiopasdfghjklzxcvbnmqwertyuiopasdfghjklzxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'qazwsxedcrfvtgbyhnujmikolp',
  'あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん',
  'いろはにほへとちりぬるをわかよたれそつねならむうゐのおくやまけふこえてあさきゆめみしゑひもせす',
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

/** Small letters, without what people put between words. */
export function plainOf(text: string): string {
  return text.toLowerCase().replace(/[\s\p{P}\p{S}]/gu, '')
}

export function isCommon(password: string): boolean {
  const plain = plainOf(password)
  return known.has(plain) || (plain.length >= 10 && runs.some((run) => run.includes(plain)))
}

/** Whether `text` is a piece of at most 10 characters again and again, the last time perhaps cut. */
export function isRepeated(text: string): boolean {
  const longest = Math.min(10, Math.floor(text.length / 2))
  for (let length = 1; length <= longest; length++) {
    const piece = text.slice(0, length)
    if (piece.repeat(Math.ceil(text.length / length)).startsWith(text)) return true
  }
  return false
}

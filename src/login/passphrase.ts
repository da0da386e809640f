/** Pass-phrases that are easy to type and can't be guessed: words of the BIP-39 English list. */
import { randomInt } from 'node:crypto'
import { wordlist } from '@scure/bip39/wordlists/english.js'

// 2048 words are 11 bits each; seven make 77 bits, beyond any guessing that the pace lets through.
const words = 7

export function generatePassphrase(): string {
  return Array.from({ length: words }, () => wordlist[randomInt(wordlist.length)]).join('-')
}

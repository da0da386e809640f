/** Cryptography where there is no WebCrypto: HMAC-SHA-256 in JavaScript, whose key every script of the page can read. */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { webCrypto, type ProofCrypto } from './proof-crypto.ts'

export const plainCrypto: ProofCrypto = {
  sha256: (bytes) => Promise.resolve(sha256(bytes)),
  // A browser may take a plain origin for a safe one where its owner told it so, and then has the better key.
  sign: (secret, bytes) =>
    secret instanceof Uint8Array
      ? Promise.resolve(hmac(sha256, secret, bytes))
      : webCrypto.sign(secret, bytes),
}

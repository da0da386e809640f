/** What signing needs of cryptography: of the browser's own, or on plain HTTP of JavaScript. */

/** Non-extractable, or on plain HTTP the bytes of a key for HMAC, since browsers have no WebCrypto there. */
export type ProofSecret = CryptoKey | Uint8Array<ArrayBuffer>

export interface ProofCrypto {
  sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array>
  sign(secret: ProofSecret, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array>
}

const ecdsa = { name: 'ECDSA', hash: 'SHA-256' }

/** ECDSA with P-256 and SHA-256; signatures are the 64 bytes of r and s, as in RFC 9421 section 3.3.4. */
export const webCrypto: ProofCrypto = {
  sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)),
  sign: async (secret, bytes) => {
    // The browser throws at whatever else it is (Web IDL, interface types).
    return new Uint8Array(await crypto.subtle.sign(ecdsa, secret as CryptoKey, bytes))
  },
}

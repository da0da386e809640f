/** The key of a login: made before it, kept before it ends. */
import { thumbprintText, type ProofAlgorithm } from 'sekisho/proof'
import { toBase64url } from './base64.ts'
import { findKey, keepKey } from './key-store.ts'
import type { ProofSecret } from './proof-crypto.ts'

export interface LoginKey {
  readonly alg: ProofAlgorithm
  /** Empty where the login itself makes the key. */
  readonly publicKey: string
  /** Absent where the login itself makes the key, and where the page that will sign has it already. */
  readonly made?: { readonly keyid: string; readonly secret: ProofSecret }
  readonly isElsewhere?: true
}

/** Where keys come from and go to. */
export interface LoginKeys {
  /** Of the page that will sign. */
  readonly origin: string
  /** Rejects where the browser makes or keeps none. */
  make(): Promise<LoginKey>
  keep(keyid: string, secret: ProofSecret): Promise<void>
}

/** Nobody can read the private key, not even this page: it is used where it is, as long as the browser keeps it. */
export async function makeLoginKey(): Promise<LoginKey> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const pair = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  // SEC 1 section 2.3.3: 4, then x and y.
  const text = thumbprintText(toBase64url(raw.subarray(1, 33)), toBase64url(raw.subarray(33)))
  const thumbprint = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return {
    alg: 'ecdsa-p256-sha256',
    publicKey: toBase64url(raw),
    made: { keyid: toBase64url(new Uint8Array(thumbprint)), secret: pair.privateKey },
  }
}

/** Of this browser and this page. On plain HTTP there is no WebCrypto, so the login makes the key. */
export const loginKeys: LoginKeys = {
  get origin() {
    return location.origin
  },
  make: async () => {
    // Before a password is tried: is there a place for keys? In a frame of another site there may be none, and the gate may do without.
    if (window === window.top) await findKey('')
    return isSecureContext ? makeLoginKey() : { alg: 'hmac-sha256', publicKey: '' }
  },
  keep: keepKey,
}

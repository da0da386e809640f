/** Binds the key that will sign requests to a login: by a MAC under OPAQUE's session key, which never leaves the worker. */
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { enrolmentInfo, enrolmentText, macKeyIdText, macKeyInfo, type ProofAlgorithm } from 'sekisho/proof'
import { fromBase64url, toBase64url } from '../proof/base64.ts'

/** The key to be bound: its public half, or none where both ends derive the key from the login itself. */
export interface Enrolment {
  readonly alg: ProofAlgorithm
  /** Of the page that will use the key. */
  readonly origin: string
  /** Empty where none is sent. */
  readonly publicKey: string
}

export interface Enrolled {
  readonly mac: string
  /** Of `hmac-sha256`: the key itself. */
  readonly derived?: { readonly keyid: string; readonly secret: Uint8Array<ArrayBuffer> }
}

const encode = (text: string) => new TextEncoder().encode(text)

/** `sessionKey` in base64url. */
export function enrolKey(sessionKey: string, { alg, origin, publicKey }: Enrolment): Enrolled {
  const derive = (info: string) => hkdf(sha256, fromBase64url(sessionKey), undefined, encode(info), 32)
  const text = encode(enrolmentText(alg, origin, publicKey))
  const mac = toBase64url(hmac(sha256, derive(enrolmentInfo), text))
  if (alg !== 'hmac-sha256') return { mac }
  const secret = derive(macKeyInfo)
  const keyid = toBase64url(sha256.create().update(encode(macKeyIdText)).update(secret).digest())
  return { mac, derived: { keyid, secret } }
}

/** Sealing: what the gate needs back later travels with the browser, unreadable and unforgeable. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { parseBase64url, toBase64url } from './base64url.ts'
import type { Secret } from './secret.ts'

export interface Seal {
  seal(text: string): string
  /** Undefined for anything that this seal did not make for this purpose. */
  unseal(sealed: string): string | undefined
}

// AES-256-GCM as in NIST SP 800-38D: 96-bit random nonce (section 8.2.2), full tag.
const nonceBytes = 12
const tagBytes = 16

/** `purpose` is authenticated too: a state sealed for one use or instance means nothing in another. */
export function makeSeal(key: Secret<Uint8Array>, purpose: string): Seal {
  const associated = Buffer.from(purpose)
  return {
    seal: (text) => {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key.reveal(), nonce).setAAD(associated)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return toBase64url(Buffer.concat([nonce, body, cipher.getAuthTag()]))
    },
    unseal: (sealed) => {
      const bytes = parseBase64url(sealed)
      if (bytes === undefined || bytes.length < nonceBytes + tagBytes) return undefined
      const nonce = bytes.subarray(0, nonceBytes)
      const body = bytes.subarray(nonceBytes, bytes.length - tagBytes)
      const decipher = createDecipheriv('aes-256-gcm', key.reveal(), nonce, { authTagLength: tagBytes })
      decipher.setAAD(associated).setAuthTag(bytes.subarray(bytes.length - tagBytes))
      try {
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
      } catch {
        // Node throws for a wrong tag; which bit was wrong is nobody's business.
        return undefined
      }
    },
  }
}

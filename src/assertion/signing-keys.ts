/** The keys that assertions are signed with: a new one every thirty days, each computed from the set-up key. */
import { createHmac, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import { assertionAlgorithm } from '../contract/assertion.ts'
import type { Secret } from '../kit/secret.ts'

export interface SigningKey {
  /** Its thumbprint (RFC 7638), so that two keys never share a name. */
  readonly kid: string
  readonly key: KeyObject
  readonly public: PublicJwk
}

/** RFC 8037 section 2. */
export interface PublicJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
  readonly use: 'sig'
  readonly alg: typeof assertionAlgorithm
}

export const periodMs = 30 * 86_400_000
/** Published so long before the first use: longer than anybody may keep the set. */
const aheadMs = 86_400_000
/** Clocks of gates and apps differ. */
const slackMs = 300_000

/** RFC 8410 section 7: the PKCS #8 frame around the 32 bytes that are the key. */
const frame = Buffer.from('302e020100300506032b657004220420', 'hex')

/**
 * Computed, not stored: several gates on one state agree without asking each other, a backup of the set-up key is a backup
 * of these, and no file holds them. Whoever has the set-up key has everything anyway.
 */
export class SigningKeys {
  readonly #master: Secret<Uint8Array>
  readonly #instance: string
  readonly #made = new Map<number, Promise<SigningKey>>()

  /** `master` is good for nothing else; two instances with one set-up key have different keys. */
  constructor(master: Secret<Uint8Array>, instance: string) {
    this.#master = master
    this.#instance = instance
  }

  /** The key to sign with. */
  at(now: number): Promise<SigningKey> {
    return this.#get(periodAt(now))
  }

  /** Every key that a good assertion can bear now, and the one that comes next; `longestMs`: how long an assertion is good. */
  async published(now: number, longestMs: number): Promise<readonly PublicJwk[]> {
    const times = [now, now + aheadMs, now - longestMs - slackMs]
    const periods = [...new Set(times.map(periodAt))]
    const keys = await Promise.all(periods.map((period) => this.#get(period)))
    return keys.map((one) => one.public)
  }

  #get(period: number): Promise<SigningKey> {
    for (const other of this.#made.keys()) if (Math.abs(other - period) > 2) this.#made.delete(other)
    const known = this.#made.get(period) ?? makeKey(this.#seed(period))
    this.#made.set(period, known)
    return known
  }

  #seed(period: number): Uint8Array {
    // As NIST SP 800-108r1 section 4.1, in counter mode with one block: label and context keep the uses apart.
    return createHmac('sha256', this.#master.reveal())
      .update(`sekisho/assertion/ed25519/${this.#instance}/${String(period)}`)
      .digest()
  }
}

function periodAt(now: number): number {
  return Math.floor(now / periodMs)
}

async function makeKey(seed: Uint8Array): Promise<SigningKey> {
  const key = createPrivateKey({ key: Buffer.concat([frame, seed]), format: 'der', type: 'pkcs8' })
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  if (x === undefined) throw new TypeError('An Ed25519 key has a public half.')
  const kid = await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x })
  return { kid, key, public: { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: assertionAlgorithm } }
}

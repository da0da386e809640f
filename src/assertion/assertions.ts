/** Assertions: signed words of the gate by which the app knows who asks (RFC 7519). */
import { SignJWT } from 'jose'
import { assertionAlgorithm, assertionType } from '../contract/assertion.ts'
import { randomToken } from '../kit/random.ts'
import type { Secret } from '../kit/secret.ts'
import { identityOf, type Asserted, type IdentityClaims } from './claims.ts'
import { SigningKeys, type PublicJwk } from './signing-keys.ts'

export interface AssertionParts {
  /** The sub-key `assertion` of the set-up key. */
  readonly key: Secret<Uint8Array>
  readonly instance: string
  /** Whom the assertions are for: the app. */
  readonly audience: string
  readonly lifetimeMs: number
  /** All roles of somebody, as policies see them. */
  readonly rolesOf: (principal: Asserted) => readonly string[]
}

/**
 * One signature serves a session's requests for so long; a page asks for dozens of things at once. Of a short life, the
 * half: whatever is sent has still some time to be checked in.
 */
const reuseMs = 60_000
const mostKept = 10_000
/** The gate reads the app's configuration and is done. */
const ownLifetimeMs = 60_000

interface Kept {
  readonly text: Promise<string>
  readonly mintedAt: number
}

export class Assertions {
  readonly #parts: AssertionParts
  readonly #keys: SigningKeys
  /** By everything that an assertion says of somebody, so that a change of roles shows at once. Oldest first. */
  readonly #kept = new Map<string, Kept>()

  constructor(parts: AssertionParts) {
    this.#parts = parts
    this.#keys = new SigningKeys(parts.key, parts.instance)
  }

  get issuer(): string {
    return `sekisho-${this.#parts.instance}`
  }

  assertionFor(principal: Asserted, now: number): Promise<string> {
    const identity = identityOf(principal, this.#parts.rolesOf(principal).toSorted())
    const name = JSON.stringify(identity)
    const kept = this.#kept.get(name)
    const goodFor = Math.min(reuseMs, this.#parts.lifetimeMs / 2)
    if (kept !== undefined && now >= kept.mintedAt && now < kept.mintedAt + goodFor) return kept.text
    const text = this.#mint(identity, now, this.#parts.lifetimeMs)
    this.#keep(name, { text, mintedAt: now })
    // A fault may pass; the next request tries again.
    text.catch(() => this.#kept.delete(name))
    return text
  }

  /** With this the gate itself reads the configuration of an app that answers nobody unknown. */
  ownAssertion(now: number): Promise<string> {
    return this.#mint({ sub: `gate:${this.#parts.instance}`, roles: [] }, now, ownLifetimeMs)
  }

  /** RFC 7517 section 5. */
  async jwks(now: number): Promise<{ readonly keys: readonly PublicJwk[] }> {
    return { keys: await this.#keys.published(now, this.#parts.lifetimeMs) }
  }

  #keep(name: string, kept: Kept): void {
    this.#kept.delete(name)
    for (const [other, { mintedAt }] of this.#kept) {
      if (this.#kept.size < mostKept && kept.mintedAt < mintedAt + reuseMs) break
      this.#kept.delete(other)
    }
    this.#kept.set(name, kept)
  }

  async #mint(identity: IdentityClaims, now: number, lifetimeMs: number): Promise<string> {
    const { kid, key } = await this.#keys.at(now)
    const issuedAt = Math.floor(now / 1000)
    return new SignJWT({ ...identity })
      .setProtectedHeader({ typ: assertionType, alg: assertionAlgorithm, kid })
      .setIssuer(this.issuer)
      .setAudience(this.#parts.audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + Math.floor(lifetimeMs / 1000))
      .setJti(randomToken(16))
      .sign(key)
  }
}

/** From the login host back to the app: a code that is worth nothing but to whoever has the key that the login bound. */
import { z } from 'zod'
import { enterText, proofAlgorithms } from '../contract/proof.ts'
import { parseBase64url } from '../kit/base64url.ts'
import { randomName } from '../kit/random.ts'
import { makeSeal, type Seal } from '../kit/seal.ts'
import type { Username } from '../kit/username.ts'
import { readPublicKey } from '../proof/enrolment.ts'
import { makeVerifySignature, type VerifySignature } from '../proof/verify-signature.ts'
import type { AccountId, ProofKey } from '../store/rows.ts'
import type { KeyRing } from './key.ts'
import { base64url } from './login-messages.ts'
import { makeProofSeal } from './proof-seal.ts'
import { readSealed, sealedText, spendOnce, type UseParts } from './sealed.ts'

export interface HandOverParts extends UseParts {
  readonly keys: Pick<KeyRing, 'subKey'>
  readonly instance: string
}

/** A redirect's time, and that of a slow phone. */
const codeMs = 60_000

const codeShape = z.strictObject({
  id: z.string(),
  expiresAt: z.number(),
  /** Of the app. */
  origin: z.string(),
  proofKey: z.strictObject({ alg: z.enum(proofAlgorithms), keyid: z.string(), key: z.string() }),
  account: sealedText<AccountId>(),
  username: sealedText<Username>().exactOptional(),
  mark: z.string(),
  passwordAt: z.number(),
  ceremony: z.string(),
  counted: z.string().exactOptional(),
})
type Code = Readonly<z.infer<typeof codeShape>>

/** What was proved at the login host, until there is a session of it. */
export type HandedOver = Omit<Code, 'id' | 'expiresAt' | 'origin' | 'proofKey'>

const enterShape = z.strictObject({
  code: z.string().max(4096),
  publicKey: base64url(65),
  signature: base64url(64),
})

export type Entered =
  | { readonly kind: 'entered'; readonly proved: HandedOver; readonly proofKey: ProofKey }
  | {
      readonly kind: 'refused'
      readonly why: 'malformed' | 'forged' | 'expired' | 'reused'
      readonly ceremony?: string
    }

export class HandOver {
  readonly #parts: HandOverParts
  readonly #seal: Seal
  readonly #verify: VerifySignature

  constructor(parts: HandOverParts) {
    const { keys, instance } = parts
    this.#parts = parts
    this.#seal = makeSeal(keys.subKey('login-state'), `sekisho/1/hand-over/${instance}`)
    this.#verify = makeVerifySignature(makeProofSeal(keys, instance))
  }

  make(proved: HandedOver, proofKey: ProofKey, origin: string): string {
    const { account, username, mark, passwordAt, ceremony, counted } = proved
    const expiresAt = this.#parts.clock.now() + codeMs
    const code: Code = {
      ...{ id: `enter-${randomName(16)}`, expiresAt, origin, proofKey },
      ...{ account, mark, passwordAt, ceremony },
      ...(username === undefined ? {} : { username }),
      ...(counted === undefined ? {} : { counted }),
    }
    return this.#seal.seal(JSON.stringify(code))
  }

  /**
   * `origin`: of the page that brings it. Spent by the first that asks there, whatever comes of it: a page that can't use the code
   * must leave none for others. `proofKey`: made on that page; the key of the trip, which scripts of the app may know, signs for it.
   */
  async take(body: unknown, origin: string): Promise<Entered> {
    const message = enterShape.safeParse(body).data
    if (message === undefined) return { kind: 'refused', why: 'malformed' }
    const code = readSealed(this.#seal, codeShape, message.code)
    const signature = parseBase64url(message.signature)
    if (code === undefined || signature === undefined) return { kind: 'refused', why: 'forged' }
    const { id, expiresAt, proofKey: tripKey, origin: meant, ...proved } = code
    const no = (why: 'forged' | 'expired' | 'reused') =>
      ({ kind: 'refused', why, ceremony: code.ceremony }) as const
    if (meant !== origin) return no('forged')
    const spent = await spendOnce({ id, expiresAt }, this.#parts)
    if (spent !== 'spent') return no(spent)
    const text = enterText(origin, message.code, message.publicKey)
    const proofKey = readPublicKey(message.publicKey)
    const isSigned = this.#verify(tripKey, text, signature)
    return isSigned && proofKey !== undefined ? { kind: 'entered', proved, proofKey } : no('forged')
  }
}

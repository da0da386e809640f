/** Whether a request was signed by whose it claims to be, once, for exactly this: RFC 9421 in the profile of contract/proof.ts. */
import { signatureBase, writeChallenge, type SignedBody, type SignedRequest } from '../contract/proof.ts'
import type { Clock } from '../kit/clock.ts'
import { originOf } from '../kit/origin.ts'
import type { Seal } from '../kit/seal.ts'
import { makeSteadyClock } from '../kit/steady-clock.ts'
import type { ProofKey } from '../store/rows.ts'
import { makeEpochs, renewMs, type Epochs } from './epochs.ts'
import { parseProof, type ClaimedProof } from './parse-proof.ts'
import { makeVerifySignature, type VerifySignature } from './verify-signature.ts'
import { Windows } from './windows.ts'

/** Why a signed request is none; each is a refusal of its own. */
export type ProofTrouble =
  | 'proof-missing'
  | 'proof-malformed'
  | 'proof-key'
  | 'proof-stale'
  | 'proof-time'
  | 'proof-signature'
  | 'proof-replayed'
  | 'proof-outrun'

export type ProofJudged =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'trouble'
      readonly code: ProofTrouble
      readonly because: Readonly<Record<string, string>>
    }
  /** `body`: `read` compares. `renew`: the epoch is getting old. */
  | { readonly kind: 'held'; readonly body?: SignedBody; readonly renew: boolean }

/** Whose signature it has to be. */
export interface Signer {
  /** The public name of the session or the token. */
  readonly id: string
  readonly key: ProofKey
}

export interface ProofRequest {
  readonly method: string
  /** Path and query as they went over the wire. */
  readonly requestTarget: string
  readonly site: { readonly scheme: 'http' | 'https'; readonly host: string }
  readonly headers: Readonly<Record<string, string>>
}

export interface ProofParts {
  readonly clock: Clock
  readonly epochs: Epochs
  readonly windows: Pick<Windows, 'take'>
  readonly verifySignature: VerifySignature
}

/** `seal`: what keys that are secrets were sealed with. */
export function makeProofs(seal: Pick<Seal, 'unseal'>, clock: Clock): Proofs {
  const verifySignature = makeVerifySignature(seal)
  return new Proofs({
    clock: makeSteadyClock(clock),
    epochs: makeEpochs(),
    windows: new Windows(),
    verifySignature,
  })
}

/** The client tells the time by our own challenge, rounded down to a second; its clock may run a little fast since then. */
const aheadSeconds = 5

export class Proofs {
  readonly #parts: ProofParts

  constructor(parts: ProofParts) {
    this.#parts = parts
  }

  /** The value of the challenge's field. */
  challenge({ id, key: { keyid } }: Signer): string {
    const { clock, epochs } = this.#parts
    const now = clock.now()
    return writeChallenge({ epoch: epochs.issue(id, now), at: Math.floor(now / 1000), keyid })
  }

  /** Uses the counter up: the same request is never held twice. */
  judge(request: ProofRequest, signer: Signer): ProofJudged {
    const read = parseProof(request.headers)
    if (read.kind === 'none') return read
    if (read.kind === 'malformed') return trouble('proof-malformed', { field: read.field })
    const { proof } = read
    const { clock, epochs, windows, verifySignature } = this.#parts
    if (proof.keyid !== signer.key.keyid) return trouble('proof-key')
    const now = clock.now()
    const epochAt = epochs.read(proof.epoch, signer.id, now)
    if (epochAt === undefined) return trouble('proof-stale')
    if (!isTimely(proof, epochAt, now)) return trouble('proof-time')
    const base = signatureBase(signedOf(request, proof), proof.parameters)
    if (!verifySignature(signer.key, base, proof.signature)) return trouble('proof-signature')
    // Last, since only what was truly signed may use a counter up.
    const { instance, counter } = proof
    const taken = windows.take({ owner: signer.id, instance, counter, epochAt }, now)
    if (taken !== 'fresh') return trouble(`proof-${taken}`)
    const renew = now - epochAt >= renewMs
    return proof.covered === undefined
      ? { kind: 'held', renew }
      : { kind: 'held', body: proof.covered, renew }
  }
}

function trouble(code: ProofTrouble, because: Readonly<Record<string, string>> = {}): ProofJudged {
  return { kind: 'trouble', code, because }
}

function isTimely({ created }: ClaimedProof, epochAt: number, now: number): boolean {
  return created >= Math.floor(epochAt / 1000) && created <= Math.floor(now / 1000) + aheadSeconds
}

function signedOf({ method, requestTarget, site }: ProofRequest, { covered }: ClaimedProof): SignedRequest {
  return {
    method,
    target: originOf(site) + withoutLoneMark(requestTarget),
    ...(covered !== undefined && { covered: { name: covered.name, value: covered.value } }),
  }
}

/** Gradio's page asks for `/queue/join?`, and some clients drop the mark on the way. */
function withoutLoneMark(target: string): string {
  return target.endsWith('?') && target.indexOf('?') === target.length - 1 ? target.slice(0, -1) : target
}

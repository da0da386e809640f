/** Authenticated → Proven: who asks holds the key of the login or the token, and signed exactly this request, once. */
import type { RouteEntry } from '../catalog/entry.ts'
import type { ProofJudged, ProofRequest, Signer } from '../proof/proofs.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Authenticated, Principal, Proof, Proven } from '../request.ts'

type Demand = 'required' | 'optional'

export interface ProveParts {
  readonly proofs: {
    /** Uses up what it takes: the same request is held once. */
    readonly judge: (request: ProofRequest, signer: Signer) => ProofJudged
    /** The value of the challenge's field. */
    readonly challenge: (signer: Signer) => string
  }
  /** What has to be signed. `tokens`: all that programs ask for; without it, only those do whose token has a key. */
  readonly proof: { readonly calls: Demand; readonly files: Demand; readonly tokens: Demand }
}

const none = { kind: 'none' } as unknown as Proof

export function prove(request: Authenticated, parts: ProveParts): Proven | Refusal {
  const { principal } = request
  const needed = isNeeded(principal, request.entry, parts)
  const signer = signerOf(principal)
  const judged = signer === undefined ? ({ kind: 'none' } as const) : parts.proofs.judge(request, signer)
  switch (judged.kind) {
    case 'none':
      return needed ? refuse('proof-missing', { key: signer !== undefined }) : { ...request, proof: none }
    case 'trouble':
      return refuse(judged.code, judged.because)
    case 'held':
      return { ...request, proof: judged as unknown as Proof }
  }
}

/** Undefined where there is nothing to sign with. */
export function signerOf(principal: Principal): Signer | undefined {
  switch (principal.kind) {
    case 'guest':
    case 'user': {
      const { id, proofKey } = principal.session
      return proofKey && { id, key: proofKey }
    }
    case 'token': {
      const { id, proofKey } = principal.token
      return proofKey && { id, key: proofKey }
    }
    case 'nobody':
      return undefined
  }
}

function isNeeded(principal: Principal, entry: RouteEntry, { proof }: ProveParts): boolean {
  switch (principal.kind) {
    case 'nobody':
      return false
    case 'token':
      return principal.token.proofKey !== undefined || proof.tokens === 'required'
    case 'guest':
    case 'user': {
      const demand = demandOn(entry)
      // Whose browser has a key signs, whatever is asked of others: else a thief would leave the signature out.
      if (demand === 'calls' && principal.session.proofKey !== undefined) return true
      return demand !== undefined && proof[demand] === 'required'
    }
  }
}

/** Which setting says whether somebody who is signed in has to sign it; none: nobody has to. */
export function demandOn({
  proof,
  answer,
}: Pick<RouteEntry, 'proof' | 'answer'>): 'calls' | 'files' | undefined {
  if (proof === 'required') return 'calls'
  return answer === 'file' || answer === 'media' ? 'files' : undefined
}

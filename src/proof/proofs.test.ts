/** A signed request is good once, for what was signed, by the key of whose it is; every other one has its own reason. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { Signer } from '../../test/rig/signer.ts'
import { parseChallenge } from '../contract/proof.ts'
import { Secret } from '../kit/secret.ts'
import { makeSeal } from '../kit/seal.ts'
import { epochMs, renewMs } from './epochs.ts'
import { makeProofs, type ProofRequest, type Proofs } from './proofs.ts'

const seal = makeSeal(new Secret(randomBytes(32)), 'test')
const site = { scheme: 'https', host: 'app.example' } as const
const origin = 'https://app.example'

let now = 1_900_000_000_123
let proofs: Proofs
let signer: Signer
beforeEach(() => {
  now = 1_900_000_000_123
  proofs = makeProofs(seal, { now: () => now })
  signer = new Signer()
  signer.challengeBy(() => parseChallenge(proofs.challenge(whose())))
})

const whose = (of = signer, id = 'session') => ({ id, key: of.row })
const call = { method: 'POST', path: '/gradio_api/queue/join?', body: '{"data":[]}' } as const

function signed(more: Partial<ProofRequest> = {}, by = signer): ProofRequest {
  const headers = by.sign({ ...call, origin })
  return { method: call.method, requestTarget: call.path, site, headers, ...more }
}

const codeOf = (request: ProofRequest, of = whose()) => {
  const judged = proofs.judge(request, of)
  return judged.kind === 'trouble' ? judged.code : judged.kind
}

describe('a signed request', () => {
  it('is held, with what was signed of its body', () => {
    expect(proofs.judge(signed(), whose())).toMatchObject({
      kind: 'held',
      renew: false,
      body: { name: 'content-digest', sha256: expect.any(Buffer) as unknown },
    })
    const headers = signer.sign({ method: 'GET', origin, path: '/x' })
    expect(proofs.judge({ method: 'GET', requestTarget: '/x', site, headers }, whose())).toEqual({
      kind: 'held',
      renew: false,
    })
    expect(proofs.judge({ method: 'GET', requestTarget: '/x', site, headers: {} }, whose())).toEqual({
      kind: 'none',
    })
  })

  it('is good once', () => {
    const request = signed()
    expect(codeOf(request)).toBe('held')
    expect(codeOf(request)).toBe('proof-replayed')
    now += epochMs
    expect(codeOf(request)).toBe('proof-stale')
  })

  it.each<[string, () => Partial<ProofRequest>]>([
    ['another method', () => ({ method: 'PUT' })],
    ['another path', () => ({ requestTarget: '/gradio_api/cancel' })],
    ['another query', () => ({ requestTarget: '/gradio_api/queue/join?a=1' })],
    ['another host', () => ({ site: { scheme: 'https', host: 'other.example' } })],
    ['another port', () => ({ site: { scheme: 'https', host: 'app.example:8443' } })],
    ['another scheme', () => ({ site: { scheme: 'http', host: 'app.example' } })],
  ])('is none of %s', (_, more) => {
    expect(codeOf(signed(more()))).toBe('proof-signature')
  })

  it('is the same by its default port and without a lone question mark', () => {
    expect(codeOf(signed({ site: { scheme: 'https', host: 'app.example:443' } }))).toBe('held')
    expect(codeOf(signed({ requestTarget: '/gradio_api/queue/join' }))).toBe('held')
    // A question mark inside a query is none that stands alone.
    expect(codeOf(signed({ requestTarget: '/gradio_api/queue/join??' }))).toBe('proof-signature')
  })

  it('of another login is none of this one, whatever it says of itself', () => {
    const other = new Signer()
    other.challengeBy(() => parseChallenge(proofs.challenge(whose(other, 'other'))))
    const request = signed({}, other)
    expect(codeOf(request)).toBe('proof-key')
    expect(codeOf(request, whose(other, 'other'))).toBe('held')
    // The same key in two sessions: a challenge is of one.
    expect(codeOf(signed({}, other))).toBe('proof-key')
    expect(codeOf(signed({}, other), whose(other, 'third'))).toBe('proof-stale')
  })

  it('of another key under this one’s name is no signature', () => {
    const forger = new Signer()
    forger.challengeBy(() => parseChallenge(proofs.challenge(whose())))
    const headers = forger.sign({ ...call, origin })
    const input = headers['signature-input']?.replace(forger.keyid, signer.keyid) ?? ''
    expect(codeOf(signed({ headers: { ...headers, 'signature-input': input } }))).toBe('proof-signature')
  })

  it('uses nothing up when it was not signed by whose it is', () => {
    const request = signed()
    const { signature = '', ...others } = request.headers
    const forged = signature.replace(/.(?=.{10}:$)/, (letter) => (letter === 'A' ? 'B' : 'A'))
    expect(codeOf({ ...request, headers: { ...others, signature: forged } })).toBe('proof-signature')
    expect(codeOf(request)).toBe('held')
  })

  it('is told to take a new challenge in time', () => {
    const old = proofs.challenge(whose())
    signer.challengeBy(() => parseChallenge(old))
    expect(proofs.judge(signed(), whose())).toMatchObject({ renew: false })
    now += renewMs
    expect(proofs.judge(signed(), whose())).toMatchObject({ kind: 'held', renew: true })
    now += renewMs
    expect(codeOf(signed())).toBe('proof-stale')
  })

  it('says a time between its challenge and now', () => {
    const challenge = parseChallenge(proofs.challenge(whose()))
    if (challenge === undefined) return expect.fail('no challenge')
    const at = (seconds: number) => {
      signer.challengeBy(() => ({ ...challenge, at: challenge.at + seconds }))
      return codeOf(signed())
    }
    expect([at(-1), at(0), at(5), at(6)]).toEqual(['proof-time', 'held', 'held', 'proof-time'])
    now += 100_000
    expect([at(0), at(105), at(106)]).toEqual(['held', 'held', 'proof-time'])
  })

  it('is none for a gate that started again', () => {
    const request = signed()
    proofs = makeProofs(seal, { now: () => now })
    expect(codeOf(request)).toBe('proof-stale')
  })

  it('is never held with anything in its fields changed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('signature-input', 'signature', 'content-digest'),
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 2 }),
        (field, place, put) => {
          const request = signed()
          const value = request.headers[field] ?? ''
          const at = place % value.length
          const changed = value.slice(0, at) + put + value.slice(at + 1)
          const judged = codeOf({ ...request, headers: { ...request.headers, [field]: changed } })
          expect(judged === 'held').toBe(changed === value)
        },
      ),
    )
  })
})

/** Which requests have to be signed, by whom, and what comes of a signature; and whose answers bring a challenge. */
import { describe, expect, it } from 'vitest'
import { challengeField } from '../contract/proof.ts'
import type { ProofJudged, Signer as Whose } from '../proof/proofs.ts'
import { refuse } from '../refusals.ts'
import type { Authenticated, Outcome, Principal, Proven, Reached } from '../request.ts'
import {
  boundToken,
  guest,
  keyedGuest,
  keyedUser,
  nobody,
  plainToken,
  proofKey,
} from './principals.contract.ts'
import { prove, signerOf, type ProveParts } from './prove.ts'
import { withChallenge } from './with-challenge.ts'

const call = { proof: 'required', answer: 'json' }
const page = { proof: 'observed', answer: 'document' }
const file = { proof: 'observed', answer: 'file' }
const media = { proof: 'observed', answer: 'media' }
const lax = { calls: 'optional', files: 'optional', tokens: 'optional' } as const

const request = (principal: Principal, entry: object) => ({ principal, entry }) as unknown as Authenticated

function asked(
  principal: Principal,
  entry: object,
  proof: Partial<ProveParts['proof']> = {},
  judged: ProofJudged = { kind: 'none' },
) {
  const signers: Whose[] = []
  const judge: ProveParts['proofs']['judge'] = (_, signer) => {
    signers.push(signer)
    return judged
  }
  const parts = { proofs: { judge, challenge: () => 'next' }, proof: { ...lax, ...proof } }
  const proved = prove(request(principal, entry), parts)
  const word = 'proof' in proved ? proved.proof.kind : proved.code
  return { proved, word, signers }
}

describe('without a signature', () => {
  const required = 'required' as const
  it.each<[string, Principal, object, Partial<ProveParts['proof']>, string]>([
    ['somebody with a key may not call', keyedGuest, call, {}, 'proof-missing'],
    ['a user with a key may not call', keyedUser, call, {}, 'proof-missing'],
    ['somebody without a key may call', guest, call, {}, 'none'],
    ['nobody without a key may call where that is demanded', guest, call, { calls: required }, 'proof-missing'],
    ['demands on files are none on calls', guest, call, { files: required, tokens: required }, 'none'],
    ['pages are seen with a key', keyedGuest, page, {}, 'none'],
    ['pages are seen whatever is demanded', keyedGuest, page, { calls: required, files: required }, 'none'],
    ['files are read', keyedGuest, file, { calls: required }, 'none'],
    ['files are not read where that is demanded', keyedGuest, file, { files: required }, 'proof-missing'],
    ['media are not read where that is demanded', guest, media, { files: required }, 'proof-missing'],
    ['a plain token is good', plainToken, call, { calls: required, files: required }, 'none'],
    ['a plain token is not good where that is demanded', plainToken, page, { tokens: required }, 'proof-missing'],
    ['a bound token is good for nothing', boundToken, page, {}, 'proof-missing'],
    ['strangers get what is for strangers', nobody, call, { calls: required, files: required, tokens: required }, 'none'],
  ])('%s', (_, principal, entry, proof, word) => {
    expect(asked(principal, entry, proof).word).toBe(word)
  }) // prettier-ignore

  it('the log is told whether there is a key', () => {
    expect(asked(keyedGuest, call).proved).toEqual(refuse('proof-missing', { key: true }))
    expect(asked(guest, call, { calls: 'required' }).proved).toEqual(refuse('proof-missing', { key: false }))
  })
})

describe('a signature', () => {
  it('is judged by the key of whose the request is', () => {
    expect(asked(keyedUser, page).signers).toEqual([{ id: 's1', key: proofKey }])
    expect(asked(keyedGuest, call).signers).toEqual([{ id: 's1', key: proofKey }])
    expect(asked(boundToken, call).signers).toEqual([{ id: 't1', key: proofKey }])
    for (const keyless of [guest, plainToken, nobody]) {
      expect(asked(keyless, call, {}, { kind: 'held', renew: false }).word).toBe('none')
      expect(asked(keyless, call).signers).toEqual([])
    }
  })

  it('that holds is a fact of the request from then on', () => {
    const { proved } = asked(keyedGuest, call, {}, { kind: 'held', renew: true })
    expect(proved).toMatchObject({ principal: keyedGuest, entry: call, proof: { kind: 'held', renew: true } })
  })

  it('that doesn’t is refused for its own reason, where none had to be too', () => {
    const judged: ProofJudged = { kind: 'trouble', code: 'proof-signature', because: {} }
    expect(asked(keyedGuest, page, {}, judged).proved).toEqual(refuse('proof-signature', {}))
  })
})

describe('a challenge', () => {
  const proofs = { challenge: ({ id }: Whose) => `for ${id}` }
  const parts = { proofs, limits: { callBytes: 1, uploadBytes: 2 } }
  const answer = { kind: 'answer', status: 200, headers: { a: 'b' } } as unknown as Outcome
  const reach = (principal: Principal, more: object = {}, id = 'calls.join') =>
    ({ principal, entry: { id, body: { kind: 'upload' } }, ...more }) as unknown as Reached
  const held = (renew: boolean) => ({ proof: { kind: 'held', renew } as unknown as Proven['proof'] })
  const confirmFirst: Outcome = { ...refuse('step-up-required', { for: 'age' }), stepUp: '"t";for=age' }
  const brought = (reached: Reached, outcome = answer) => {
    const done = withChallenge(reached, outcome, parts)
    return done.kind === 'refusal' ? done.challenge : done.headers[challengeField]
  }

  it('comes with the answer when somebody asked for it, or the epoch is getting old', () => {
    expect(brought(reach(keyedGuest, {}, 'gate.challenge'))).toBe('for s1')
    expect(brought(reach(keyedGuest, held(true)))).toBe('for s1')
    expect(brought(reach(boundToken, held(true)))).toBe('for t1')
    expect(withChallenge(reach(keyedGuest, held(true)), answer, parts)).toMatchObject({
      ...{ kind: 'answer', status: 200, headers: { a: 'b' } },
    })
  })

  it('comes with the refusal of a signature', () => {
    expect(brought(reach(keyedGuest), refuse('proof-missing', { key: true }))).toBe('for s1')
    expect(brought(reach(keyedGuest), refuse('proof-signature', {}))).toBe('for s1')
  })

  it('comes with no other 401, the app’s own neither, however old the epoch is: it would be signed again', () => {
    const own = { ...answer, status: 401 } as unknown as Outcome
    expect(brought(reach(keyedGuest, held(true)), own)).toBeUndefined()
    expect(brought(reach(keyedGuest, {}, 'gate.challenge'), refuse('login-required'))).toBeUndefined()
    for (const code of ['login-required', 'session-ended', 'login-failed'] as const)
      expect(brought(reach(keyedGuest, held(true)), refuse(code))).toBeUndefined()
    // Of a body that wasn't the signed one: the signature held until then.
    expect(brought(reach(keyedGuest, held(true)), refuse('proof-body'))).toBe('for s1')
    expect(brought(reach(keyedGuest, held(true)), refuse('policy-denied'))).toBe('for s1')
    expect(brought(reach(keyedGuest, held(true)), { ...answer, status: 403 } as unknown as Outcome)).toBe(
      'for s1',
    )
  })

  it('comes with how large the request may be that is to be sent again, where one is', () => {
    const most = (reached: Reached, outcome: Outcome) => {
      const done = withChallenge(reached, outcome, parts)
      return done.kind === 'refusal' ? done.bodyMost : expect.fail('an answer')
    }
    const call = { id: 'calls.join', body: { kind: 'json', max: 0 } }
    expect(most(reach(keyedGuest), refuse('proof-missing', { key: true }))).toBe(2)
    expect(most(reach(keyedGuest, { entry: call }), refuse('proof-missing', { key: true }))).toBe(1)
    expect(most(reach(keyedGuest, held(true)), refuse('policy-denied'))).toBeUndefined()
    expect(most(reach(guest), refuse('proof-missing', { key: false }))).toBeUndefined()
    // Once the password was given. A copied cookie, which can't send it then, makes nobody read anything.
    expect(most(reach(keyedGuest, held(false)), confirmFirst)).toBe(2)
    expect(most(reach(guest), confirmFirst)).toBe(2)
    expect(most(reach(keyedGuest), confirmFirst)).toBeUndefined()
  })

  it('is a new one where the password is asked for: giving it may take longer than the old one is good', () => {
    expect(brought(reach(keyedGuest, held(false)), confirmFirst)).toBe('for s1')
    expect(brought(reach(keyedGuest), confirmFirst)).toBeUndefined()
    expect(brought(reach(guest), confirmFirst)).toBeUndefined()
  })

  it('comes with nothing else, and to nobody without a key', () => {
    expect(brought(reach(keyedGuest))).toBeUndefined()
    expect(brought(reach(keyedGuest, held(false)))).toBeUndefined()
    for (const keyless of [guest, plainToken, nobody]) {
      expect(brought(reach(keyless, {}, 'gate.challenge'))).toBeUndefined()
      expect(brought(reach(keyless), refuse('proof-missing', { key: false }))).toBeUndefined()
    }
    expect(brought({} as Reached, refuse('proof-missing', { key: true }))).toBeUndefined()
  })
})

it('there is a signer where there is a key', () => {
  expect([nobody, guest, plainToken].map(signerOf)).toEqual([undefined, undefined, undefined])
})

/** Which answers take a session's next token along. */
import { describe, expect, it } from 'vitest'
import { refuse } from '../refusals.ts'
import type { Answer, AnswerHeaders, Outcome, Principal, Proof, Proven, Reached } from '../request.ts'
import type { ApiTokenRow, SessionRow } from '../store/rows.ts'
import { Signer } from '../../test/rig/signer.ts'
import { withNextToken } from './with-next-token.ts'

const session = { id: 's1' } as SessionRow
const guest: Principal = { kind: 'guest', session }
const keyed: Principal = { kind: 'guest', session: { ...session, proofKey: new Signer().row } }
const cookie = 'name=next; Secure'

interface Asking {
  readonly fault?: Error
  readonly proof?: Proof['kind']
}

async function answerTo(principal: Principal | undefined, outcome: Outcome, { fault, proof }: Asking = {}) {
  const request = { headers: { cookie: 'name=present' }, site: { scheme: 'https', host: 'gate.test' } }
  const known = principal === undefined ? request : { ...request, principal }
  const reached = (proof === undefined ? known : { ...known, proof: { kind: proof } }) as unknown as Proven
  const [asked, faults]: [unknown[], unknown[]] = [[], []]
  const answered = await withNextToken(reached satisfies Reached, outcome, {
    sessions: {
      renew: (of, header) => {
        asked.push([of.id, header])
        return fault === undefined ? Promise.resolve(cookie) : Promise.reject(fault)
      },
    },
    onFault: (thrown) => void faults.push(thrown),
  })
  return { answered, asked, faults }
}

const answer = (headers: AnswerHeaders): Answer => ({
  ...{ kind: 'answer', status: 200, headers, body: { kind: 'empty' } },
})
const kept = { 'cache-control': 'private, no-store', etag: '"a"' }

describe('an answer that nobody keeps', () => {
  it.each<Principal>([
    guest,
    { kind: 'user', username: 'bob', session, roles: [], attributes: {} } as unknown as Principal,
  ])('takes it to a $kind, beside its own headers', async (principal) => {
    const { answered, asked } = await answerTo(principal, answer(kept))
    expect(answered).toEqual(answer({ ...kept, 'set-cookie': [cookie] }))
    expect(asked).toEqual([['s1', 'name=present']])
  })

  it('takes it to a session with a key that signed', async () => {
    const { answered } = await answerTo(keyed, answer(kept), { proof: 'held' })
    expect(answered).toEqual(answer({ ...kept, 'set-cookie': [cookie] }))
  })

  it('goes out without it when the store fails, and somebody is told', async () => {
    const fault = new TypeError('gone')
    expect(await answerTo(guest, answer(kept), { fault })).toMatchObject({
      answered: answer(kept),
      faults: [fault],
    })
  })
})

describe('nothing is asked and nothing added', () => {
  it.each<[string, Principal | undefined, Outcome]>([
    ['to what a cache may keep', guest, answer({ 'cache-control': 'public, max-age=60' })],
    ['to what says nothing of caches', guest, answer({})],
    ['beside a cookie of its own', guest, answer({ ...kept, 'set-cookie': ['name=; Max-Age=0'] })],
    ['to a refusal', guest, refuse('policy-denied')],
    ['to nobody', { kind: 'nobody' }, answer(kept)],
    ['to a program', { kind: 'token', token: {} as ApiTokenRow, roles: [], attributes: {} }, answer(kept)],
    ['where nobody knows yet who asks', undefined, answer(kept)],
    ['to a session with a key before it is known who signed', keyed, answer(kept)],
  ])('%s', async (_, principal, outcome) => {
    expect(await answerTo(principal, outcome)).toEqual({ answered: outcome, asked: [], faults: [] })
  })

  it('to whoever has the cookie of a session and signed nothing by its key', async () => {
    const told = await answerTo(keyed, answer(kept), { proof: 'none' })
    expect(told).toEqual({ answered: answer(kept), asked: [], faults: [] })
  })
})

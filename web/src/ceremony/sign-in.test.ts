/** Signing in, with the real OPAQUE library at both ends. */
import { client } from '@serenity-kit/opaque'
import { leastStretching, paths } from 'sekisho/contract'
import { expect, test } from 'vitest'
import { opaqueHere, RigGate } from './ceremony-rig.ts'
import { OpaqueAttempt } from './opaque-attempt.ts'
import { OpaqueUnavailable, type Opaque } from './opaque.ts'
import type { Outcome } from './outcome.ts'
import { signIn } from './sign-in.ts'

const password = 'ﬁne-grained-Ünicode pass phrase'
const kenjis = 'seven sleepy herons on ice'
const makeGate = () => RigGate.make({ '': password, kenji: kenjis })

test('the right password signs in, with two messages that contain neither it nor a name', async () => {
  const gate = await makeGate()
  expect(await signIn({ password }, opaqueHere(), gate.post)).toEqual({ kind: 'signed-in' })
  expect(gate.heard.map(({ path }) => path)).toEqual([paths.loginStart, paths.loginFinish])
  expect(Object.keys(gate.heard[0]?.body ?? {})).toEqual(['startLoginRequest'])
  expect(JSON.stringify(gate.heard)).not.toContain('grained')
})

test('a name goes along when it was typed', async () => {
  const gate = await makeGate()
  const typed = { username: 'kenji', password: kenjis }
  expect(await signIn(typed, opaqueHere(), gate.post)).toEqual({ kind: 'signed-in' })
  expect(gate.heard[0]?.body).toMatchObject({ username: 'kenji' })
})

test('the password of one account opens no other', async () => {
  for (const typed of [
    { username: 'kenji', password },
    { username: 'hanako', password: kenjis },
    { password: kenjis },
  ]) {
    const gate = await makeGate()
    expect(await signIn(typed, opaqueHere(), gate.post)).toEqual({ kind: 'refused' })
  }
})

test('an answer for somebody else is not computed with', async () => {
  for (const other of ['guest', 'user:hanako', 'user:Kenji', 'kenji']) {
    const gate = await RigGate.make({ kenji: kenjis }, { client: other })
    let finished = 0
    const opaque: Opaque = { ...opaqueHere(), finish: async () => Promise.resolve(String(finished++)) }
    const typed = { username: 'kenji', password: kenjis }
    expect(await signIn(typed, opaque, gate.post)).toEqual({ kind: 'faulty' })
    expect(finished).toBe(0)
  }
})

test('another spelling of the name is the same name', async () => {
  const gate = await RigGate.make({ ' Kenji': kenjis }, { client: 'user:kenji' })
  const outcome = await signIn({ username: ' Kenji', password: kenjis }, opaqueHere(), gate.post)
  // The rig binds what was typed, so the password can't match; the identity was believed.
  expect(outcome).toEqual({ kind: 'refused' })
})

test('another Unicode form of the password is the same password', async () => {
  const decomposed = password.normalize('NFKD')
  expect(decomposed).not.toBe(password)
  const gate = await makeGate()
  expect(await signIn({ password: decomposed }, opaqueHere(), gate.post)).toEqual({ kind: 'signed-in' })
})

test('a wrong password is noticed here and sends no second message', async () => {
  const gate = await makeGate()
  expect(await signIn({ password: 'wrong' }, opaqueHere(), gate.post)).toEqual({ kind: 'refused' })
  expect(gate.heard).toHaveLength(1)
})

test('weaker stretching than the page allows ends the attempt before anything is computed', async () => {
  const stretching = { ...leastStretching, memory: leastStretching.memory - 1 }
  const gate = await RigGate.make({ '': password }, { stretching })
  expect(await signIn({ password }, opaqueHere(), gate.post)).toEqual({ kind: 'weakened' })
  expect(gate.heard).toHaveLength(1)
})

const answers: readonly [string, Response, Outcome][] = [
  [
    'too many attempts',
    new Response('{}', { status: 429, headers: { 'retry-after': '27' } }),
    { kind: 'paced', waitSeconds: 27 },
  ],
  ['a busy gate', new Response('{}', { status: 503 }), { kind: 'busy', waitSeconds: 5 }],
  ['a refusal', new Response('{}', { status: 401 }), { kind: 'refused' }],
  ['a gateway without a gate', new Response('', { status: 502 }), { kind: 'unreachable' }],
  ['a fault', new Response('{}', { status: 500 }), { kind: 'faulty' }],
  ['an answer that is not JSON', new Response('<html>'), { kind: 'faulty' }],
  ['JSON that is not the contract’s', Response.json({ ok: true }), { kind: 'faulty' }],
]

test.each(answers)('%s has its own outcome', async (_name, answer, outcome) => {
  const post = async () => Promise.resolve(answer)
  expect(await signIn({ password }, opaqueHere(), post)).toEqual(outcome)
})

test('no answer at all is told as such', async () => {
  const post = async () => Promise.reject(new TypeError('Failed to fetch'))
  expect(await signIn({ password }, opaqueHere(), post)).toEqual({ kind: 'unreachable' })
})

test('a refused second message looks like a wrong password', async () => {
  const refused = { [paths.loginFinish]: () => new Response('{}', { status: 401 }) }
  const gate = await RigGate.make({ '': password }, { answers: refused })
  expect(await signIn({ password }, opaqueHere(), gate.post)).toEqual({ kind: 'refused' })
})

test('a browser without WebAssembly is told so', async () => {
  const opaque: Opaque = {
    ...opaqueHere(),
    begin: async () => Promise.reject(new OpaqueUnavailable('unsupported')),
  }
  const gate = await makeGate()
  expect(await signIn({ password }, opaque, gate.post)).toEqual({ kind: 'unsupported' })
})

test('whatever happens, the attempt is forgotten', async () => {
  for (const typed of [password, 'wrong']) {
    let forgotten = 0
    const opaque = { ...opaqueHere(), forget: () => void forgotten++ }
    await signIn({ password: typed }, opaque, (await makeGate()).post)
    expect(forgotten).toBe(1)
  }
})

test('an attempt or a registration cannot be finished twice, nor after it was forgotten', () => {
  const attempt = new OpaqueAttempt(client)
  const terms = { stretching: leastStretching, identifiers: { client: 'guest', server: 'demo' } }
  const finish = () => attempt.finish({ loginResponse: 'x', ...terms })
  const register = () => attempt.finishRegistration({ registrationResponse: 'x', ...terms })
  expect(finish).toThrow(TypeError)
  expect(register).toThrow(TypeError)
  attempt.begin(password)
  attempt.beginRegistration(password)
  attempt.forget()
  expect(finish).toThrow(TypeError)
  expect(register).toThrow(TypeError)
})

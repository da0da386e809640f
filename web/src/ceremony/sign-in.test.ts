/** Signing in, with the real OPAQUE library at both ends. */
import { client } from '@serenity-kit/opaque'
import { leastStretching, paths, type LoginFinish } from 'sekisho/contract'
import { expect, test } from 'vitest'
import { KeysHere, opaqueHere, RigGate } from './ceremony-rig.ts'
import { OpaqueAttempt } from './opaque-attempt.ts'
import { OpaqueUnavailable, type Opaque } from './opaque.ts'
import type { Outcome } from './outcome.ts'
import { fromBase64url, toBase64url } from '../proof/base64.ts'
import { signIn as signInBy, type Credentials } from './sign-in.ts'
import type { Post } from './ask-gate.ts'

const password = 'ﬁne-grained-Ünicode pass phrase'
const kenjis = 'seven sleepy herons on ice'
const signIn = (typed: Credentials, opaque: Opaque, post: Post, keys = new KeysHere()) =>
  signInBy(typed, { opaque, post, keys })
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
    const opaque: Opaque = {
      ...opaqueHere(),
      finish: async () => Promise.resolve({ finishLoginRequest: String(finished++) }),
    }
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

test.each<[unknown, Outcome]>([
  [
    { code: 'Y29kZQ', more: 1 },
    { kind: 'handed-over', code: 'Y29kZQ' },
  ],
  [{ code: 7 }, { kind: 'faulty' }],
  [{}, { kind: 'faulty' }],
  [null, { kind: 'faulty' }],
])('a login host hands over with a code, or not at all: %j', async (body, outcome) => {
  const answers = { [paths.loginFinish]: () => Response.json(body) }
  const gate = await RigGate.make({ '': password }, { answers })
  expect(await signIn({ password }, opaqueHere(), gate.post)).toEqual(outcome)
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

const digest = async (text: string, ...more: readonly number[]) => {
  const bytes = Uint8Array.of(...new TextEncoder().encode(text), ...more)
  return toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}
const offered = (gate: RigGate) => (gate.heard[1]?.body as LoginFinish).key ?? {}

test('the login leaves a key in the browser, and the gate gets its public half', async () => {
  const [gate, keys] = [await makeGate(), new KeysHere()]
  expect(await signIn({ password }, opaqueHere(), gate.post, keys)).toEqual({ kind: 'signed-in' })
  const [[keyid, key] = []] = keys.kept
  const { publicKey = '' } = offered(gate) as { readonly publicKey?: string }
  const raw = fromBase64url(publicKey)
  expect(raw).toHaveLength(65)
  // RFC 7638 section 3: the members in this order, without blanks.
  const [x, y] = [raw.subarray(1, 33), raw.subarray(33)].map(toBase64url)
  expect(keyid).toBe(await digest(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y })))
  expect(key).toMatchObject({ type: 'private', extractable: false, usages: ['sign'] })
  const other = new KeysHere()
  await signIn({ password }, opaqueHere(), (await makeGate()).post, other)
  expect([...other.kept.keys()]).not.toContain(keyid)
})

test('on plain HTTP both ends make the key from the login, and nobody sends it', async () => {
  const [gate, keys] = [await makeGate(), new KeysHere('hmac-sha256')]
  expect(await signIn({ password }, opaqueHere(), gate.post, keys)).toEqual({ kind: 'signed-in' })
  expect(Object.keys(offered(gate))).toEqual(['alg', 'mac'])
  const { keyid = '', secret = new Uint8Array() } = gate.derived ?? {}
  expect(secret).toHaveLength(32)
  expect([...keys.kept]).toEqual([[keyid, secret]])
  expect(keyid).toBe(await digest('sekisho/1/proof-key-id\n', ...secret))
  expect(JSON.stringify(gate.heard)).not.toContain(toBase64url(secret))
})

test('whoever changes the key on its way spoils the login', async () => {
  const gate = await makeGate()
  const stranger = toBase64url(Uint8Array.of(4, ...Array<number>(64).fill(7)))
  const post: Post = (path, body) => {
    const { key } = body as Partial<LoginFinish>
    return gate.post(path, key === undefined ? body : { ...body, key: { ...key, publicKey: stranger } })
  }
  expect(await signIn({ password }, opaqueHere(), post)).toEqual({ kind: 'refused' })
})

test('a key that was made for another origin enrols nothing', async () => {
  const keys = Object.assign(new KeysHere(), { origin: 'https://app.example.evil.example' })
  const gate = await makeGate()
  expect(await signIn({ password }, opaqueHere(), gate.post, keys)).toEqual({ kind: 'refused' })
})

test('a browser without a place for keys is told so, and the gate hears of no key', async () => {
  const none = () => Promise.reject(new DOMException('no storage', 'InvalidStateError'))
  const never = await makeGate()
  const keyless = Object.assign(new KeysHere(), { make: none })
  expect(await signIn({ password }, opaqueHere(), never.post, keyless)).toEqual({ kind: 'keyless' })
  expect(never.heard).toEqual([])
  const half = await makeGate()
  const forgetful = Object.assign(new KeysHere(), { keep: none })
  expect(await signIn({ password }, opaqueHere(), half.post, forgetful)).toEqual({ kind: 'keyless' })
  expect(half.heard.map(({ path }) => path)).toEqual([paths.loginStart])
})

test('where the browser keeps no key, a gate that can do without lets it in all the same', async () => {
  const gate = await RigGate.make({ '': password }, { keyOptional: true })
  const forgetful = Object.assign(new KeysHere(), { keep: () => Promise.reject(new TypeError('no storage')) })
  expect(await signIn({ password }, opaqueHere(), gate.post, forgetful)).toEqual({ kind: 'signed-in' })
  // It would be asked for signatures that it can't make.
  expect(offered(gate)).toEqual({})
})

test('the key is kept before the gate knows it', async () => {
  const [gate, keys] = [await makeGate(), new KeysHere()]
  const post: Post = (path, body) => {
    expect(keys.kept.size).toBe(path === paths.loginFinish ? 1 : 0)
    return gate.post(path, body)
  }
  expect(await signIn({ password }, opaqueHere(), post, keys)).toEqual({ kind: 'signed-in' })
})

/** Tests of the browser's half of the login against the real OPAQUE library at both ends. */
import { client, ready, server } from '@serenity-kit/opaque'
import { leastStretching, paths, type LoginFinish, type LoginStart, type Stretching } from 'sekisho/contract'
import { beforeAll, expect, test } from 'vitest'
import type { Post } from './ask-gate.ts'
import { OpaqueAttempt } from './opaque-attempt.ts'
import { OpaqueUnavailable, type Opaque } from './opaque.ts'
import type { Outcome } from './outcome.ts'
import { signIn } from './sign-in.ts'
import { makeTestGate, opaqueHere } from './test-gate.ts'

const password = 'ﬁne-grained-Ünicode pass phrase'
const identifiers = { client: 'guest', server: 'demo' }
const keyStretching = { 'argon2id-custom': { ...leastStretching } }

let serverSetup: string
let registrationRecord: string

beforeAll(async () => {
  await ready
  serverSetup = server.createSetup()
  const normalized = password.normalize('NFKC')
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password: normalized })
  const { registrationResponse } = server.createRegistrationResponse({
    serverSetup,
    userIdentifier: 'guest',
    registrationRequest,
  })
  registrationRecord = client.finishRegistration({
    password: normalized,
    clientRegistrationState,
    registrationResponse,
    identifiers,
    keyStretching,
  }).registrationRecord
})

function makeOpaque(): Opaque {
  const attempt = new OpaqueAttempt(client)
  return {
    begin: (typed) => Promise.resolve(attempt.begin(typed)),
    finish: async (answer) => Promise.resolve(attempt.finish(answer)),
    forget: () => attempt.forget(),
  }
}

interface Gate {
  readonly post: Post
  readonly heard: { path: string; body: LoginStart | LoginFinish }[]
}

function makeGate(stretching: Stretching = leastStretching): Gate {
  const heard: Gate['heard'] = []
  let serverLoginState = ''
  const post: Post = (path, body) => {
    heard.push({ path, body })
    if ('startLoginRequest' in body) {
      const started = server.startLogin({
        serverSetup,
        userIdentifier: 'guest',
        registrationRecord,
        startLoginRequest: body.startLoginRequest,
        identifiers,
      })
      serverLoginState = started.serverLoginState
      const { loginResponse } = started
      return Promise.resolve(Response.json({ loginResponse, state: 'c2VhbGVk', stretching, identifiers }))
    }
    server.finishLogin({ serverLoginState, finishLoginRequest: body.finishLoginRequest, identifiers })
    return Promise.resolve(new Response(null, { status: 204 }))
  }
  return { post, heard }
}

test('the right password signs in, with two messages that do not contain it', async () => {
  const gate = makeGate()
  expect(await signIn(password, makeOpaque(), gate.post)).toEqual({ kind: 'signed-in' })
  expect(gate.heard.map(({ path }) => path)).toEqual([paths.loginStart, paths.loginFinish])
  expect(JSON.stringify(gate.heard)).not.toContain('grained')
})

test('another Unicode form of the password is the same password', async () => {
  const decomposed = password.normalize('NFKD')
  expect(decomposed).not.toBe(password)
  expect(await signIn(decomposed, makeOpaque(), makeGate().post)).toEqual({ kind: 'signed-in' })
})

test('a wrong password is noticed here and sends no second message', async () => {
  const gate = makeGate()
  expect(await signIn('wrong', makeOpaque(), gate.post)).toEqual({ kind: 'refused' })
  expect(gate.heard).toHaveLength(1)
})

test('weaker stretching than the page allows ends the attempt before anything is computed', async () => {
  const gate = makeGate({ ...leastStretching, memory: leastStretching.memory - 1 })
  expect(await signIn(password, makeOpaque(), gate.post)).toEqual({ kind: 'weakened' })
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
  expect(await signIn(password, makeOpaque(), () => Promise.resolve(answer))).toEqual(outcome)
})

test('no answer at all is told as such', async () => {
  const post: Post = () => Promise.reject(new TypeError('Failed to fetch'))
  expect(await signIn(password, makeOpaque(), post)).toEqual({ kind: 'unreachable' })
})

test('a refused second message looks like a wrong password', async () => {
  const gate = makeGate()
  const post: Post = async (path, body) =>
    path === paths.loginFinish ? new Response('{}', { status: 401 }) : gate.post(path, body)
  expect(await signIn(password, makeOpaque(), post)).toEqual({ kind: 'refused' })
})

test('a browser without WebAssembly is told so', async () => {
  const opaque: Opaque = {
    ...makeOpaque(),
    begin: () => Promise.reject(new OpaqueUnavailable('unsupported')),
  }
  expect(await signIn(password, opaque, makeGate().post)).toEqual({ kind: 'unsupported' })
})

test('whatever happens, the attempt is forgotten', async () => {
  for (const typed of [password, 'wrong']) {
    let forgotten = 0
    const opaque = { ...makeOpaque(), forget: () => void forgotten++ }
    await signIn(typed, opaque, makeGate().post)
    expect(forgotten).toBe(1)
  }
})

test('an attempt cannot be finished twice, nor after it was forgotten', async () => {
  const attempt = new OpaqueAttempt(client)
  const answer = { loginResponse: 'x', stretching: leastStretching, identifiers }
  expect(() => attempt.finish(answer)).toThrow(TypeError)
  attempt.begin(password)
  attempt.forget()
  expect(() => attempt.finish(answer)).toThrow(TypeError)
})

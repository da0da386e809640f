/** OPAQUE's server half in its worker: proofs, queue, and what happens when the worker breaks. */
import { client, ready } from '@serenity-kit/opaque'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../kit/secret.ts'
import type { Username } from '../kit/username.ts'
import type { PasswordRow } from '../store/rows.ts'
import { makeKeyRing } from './key.ts'
import type { KeyRing } from './key.ts'
import { openOpaque } from './opaque.ts'
import type { Opaque } from './opaque.ts'
import { identifiersOf, registerPassword, sharedCredential } from './register.ts'

const password = 'seven sleepy herons'
const cheap = { memory: 8, iterations: 1, parallelism: 1 }
const keyStretching = { 'argon2id-custom': cheap }
const identifiers = identifiersOf('abcd2345')

let keys: KeyRing
let row: PasswordRow
beforeAll(async () => {
  await ready
  keys = await makeKeyRing()
  row = await registerPassword(password, { keys, instance: 'abcd2345', now: 1, stretching: cheap })
})

let opaque: Opaque | undefined
afterEach(() => opaque?.close())

function open(limits?: Parameters<typeof openOpaque>[1]): Opaque {
  opaque = openOpaque(keys.opaqueSetup, limits)
  return opaque
}

const knock = (typed = password) => client.startLogin({ password: typed })
const start = (engine: Opaque, startLoginRequest: string, record: string | null = row.record) =>
  engine.startLogin({ record, credential: sharedCredential, startLoginRequest, identifiers })

async function begin(engine: Opaque, typed: string, record: string | null = row.record) {
  const { clientLoginState, startLoginRequest } = knock(typed)
  const started = await start(engine, startLoginRequest, record)
  if (started.kind !== 'started') throw new TypeError('the login did not start')
  const { loginResponse, serverLoginState } = started
  const answer = {
    clientLoginState,
    loginResponse,
    password: typed,
    identifiers: { ...identifiers },
    keyStretching,
  }
  return { serverLoginState, loginResponse, proof: client.finishLogin(answer) }
}

const proofOf = async (engine: Opaque) => {
  const { serverLoginState, proof } = await begin(engine, password)
  if (proof === undefined) throw new TypeError('the right password was not recognised')
  return { serverLoginState, finishLoginRequest: proof.finishLoginRequest, identifiers }
}

describe('the login engine', () => {
  it('accepts the proof of somebody who knows the password', async () => {
    const engine = open()
    expect(await engine.finishLogin(await proofOf(engine))).toEqual({
      kind: 'finished',
      sessionKey: expect.stringMatching(/^[\w-]{86}$/) as unknown,
    })
  })

  it('gives somebody who does not know it nothing to make a proof of', async () => {
    expect((await begin(open(), 'seven sleepy heron')).proof).toBeUndefined()
  })

  it('answers alike whether or not there is a password', async () => {
    const engine = open()
    const real = await begin(engine, 'wrong wrong wrong')
    const none = await begin(engine, 'wrong wrong wrong', null)
    expect(none.loginResponse.length).toBe(real.loginResponse.length)
    expect(none.serverLoginState.length).toBe(real.serverLoginState.length)
    expect(none.proof).toBeUndefined()
  })

  it('tells a wrong proof and a malformed message from a fault of its own', async () => {
    const engine = open()
    const good = await proofOf(engine)
    const other = await proofOf(engine)
    const { finishLoginRequest } = other
    expect(await engine.finishLogin({ ...good, finishLoginRequest })).toEqual({
      kind: 'rejected',
      why: 'wrong-proof',
    })
    expect(await engine.finishLogin({ ...good, finishLoginRequest: 'AAAA' })).toEqual({
      kind: 'rejected',
      why: 'malformed',
    })
    expect(await start(engine, 'A'.repeat(128))).toEqual({ kind: 'rejected', why: 'malformed' })
    await expect(start(engine, knock().startLoginRequest, 'AAAA')).rejects.toMatchObject({
      code: 'login-engine-failed',
    })
    await expect(engine.finishLogin({ ...good, serverLoginState: 'AAAA' })).rejects.toMatchObject({
      code: 'login-engine-failed',
    })
    expect(await engine.finishLogin(good)).toEqual({
      kind: 'finished',
      sessionKey: expect.stringMatching(/^[\w-]{86}$/) as unknown,
    })
  })

  it('accepts no proof made for another instance', async () => {
    const engine = open()
    const { clientLoginState, startLoginRequest } = knock()
    const started = await engine.startLogin({
      record: row.record,
      credential: sharedCredential,
      startLoginRequest,
      identifiers: identifiersOf('zzzz2345'),
    })
    if (started.kind !== 'started') throw new TypeError('the login did not start')
    const { loginResponse } = started
    const answer = { clientLoginState, loginResponse, password, keyStretching }
    expect(client.finishLogin({ ...answer, identifiers: { ...identifiers } })).toBeUndefined()
  })

  it('lets only so many wait, and refuses the rest at once', async () => {
    const engine = open({ waiting: 3, jobMs: 10_000 })
    const { startLoginRequest } = knock()
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => start(engine, startLoginRequest)))
    const busy = all.filter((one) => one.status === 'rejected' && isCode(one.reason, 'login-busy'))
    // One is being worked on, three wait.
    expect(busy.length).toBe(6)
    expect((await start(engine, startLoginRequest)).kind).toBe('started')
  })

  it('gives up on a worker that cannot run, with everybody who waits, and says so again the next time', async () => {
    const engine = openOpaque(new Secret('not a set-up'), { waiting: 10, jobMs: 10_000 })
    opaque = engine
    const { startLoginRequest } = knock()
    for (let n = 0; n < 2; n++) {
      await expect(start(engine, startLoginRequest)).rejects.toMatchObject({ code: 'login-engine-failed' })
    }
  })

  it('starts a new worker when one dies in the middle of a job', async () => {
    const engine = open()
    const { startLoginRequest } = knock()
    // No caller of ours can send this; the library's answer to it names no step, like a trap in its module.
    const all = await Promise.allSettled([
      start(engine, 5 as unknown as string),
      start(engine, startLoginRequest),
    ])
    for (const one of all) {
      expect(one.status === 'rejected' && isCode(one.reason, 'login-engine-failed')).toBe(true)
    }
    expect((await start(engine, startLoginRequest)).kind).toBe('started')
  })

  it('survives a worker that hangs: who waits is told, the next login works', async () => {
    const engine = open({ waiting: 10, jobMs: 0 })
    const { startLoginRequest } = knock()
    const all = await Promise.allSettled([start(engine, startLoginRequest), start(engine, startLoginRequest)])
    for (const one of all) {
      expect(one.status === 'rejected' && isCode(one.reason, 'login-engine-failed')).toBe(true)
    }
  })

  it('refuses work once it is closed', async () => {
    const engine = open()
    const { startLoginRequest } = knock()
    const underWay = expect(start(engine, startLoginRequest)).rejects.toMatchObject({
      code: 'login-engine-failed',
    })
    await engine.close()
    await underWay
    await expect(start(engine, startLoginRequest)).rejects.toMatchObject({ code: 'login-engine-failed' })
  })
})

function isCode(reason: unknown, code: string): boolean {
  return typeof reason === 'object' && reason !== null && 'code' in reason && reason.code === code
}

describe('a registration through the engine', () => {
  const credential = 'user:bob'
  const bob = identifiersOf('abcd2345', 'bob' as Username)
  const begin = () => client.startRegistration({ password })

  async function makeRecord(engine: Opaque): Promise<string> {
    const { clientRegistrationState, registrationRequest } = begin()
    const registered = await engine.register({ credential, registrationRequest })
    if (registered.kind !== 'registered') throw new TypeError('the registration did not begin')
    const { registrationResponse } = registered
    return client.finishRegistration({
      ...{ clientRegistrationState, registrationResponse, password, keyStretching },
      identifiers: { ...bob },
    }).registrationRecord
  }

  it('gives a record that a login with this name and password succeeds with, and no other', async () => {
    const engine = open()
    const record = await makeRecord(engine)
    expect(await engine.checkRecord({ record })).toEqual({ kind: 'record-good' })
    const login = async (name: string, identifiers = bob) => {
      const { clientLoginState, startLoginRequest } = knock()
      const started = await engine.startLogin({ record, credential: name, startLoginRequest, identifiers })
      if (started.kind !== 'started') throw new TypeError('the login did not start')
      const { loginResponse } = started
      return client.finishLogin({ clientLoginState, loginResponse, password, identifiers, keyStretching })
    }
    expect(await login(credential)).toBeDefined()
    expect(await login('user:eve')).toBeUndefined()
    expect(await login(credential, identifiersOf('zzzz2345', 'bob' as Username))).toBeUndefined()
    expect(await login(credential, identifiersOf('abcd2345'))).toBeUndefined()
  })

  it('rejects what is no request and no record, and goes on working', async () => {
    const engine = open()
    const bad = ['', 'AAAA', Buffer.alloc(32).toString('base64url'), Buffer.alloc(192).toString('base64url')]
    for (const registrationRequest of bad)
      expect(await engine.register({ credential, registrationRequest })).toEqual({
        kind: 'rejected',
        why: 'malformed',
      })
    for (const record of [...bad, Buffer.alloc(192, 255).toString('base64url')])
      expect(await engine.checkRecord({ record })).toEqual({ kind: 'rejected', why: 'malformed' })
    expect(await makeRecord(engine)).toBeDefined()
  })

  it('calls a damaged record of ours a fault of ours', async () => {
    await expect(start(open(), knock().startLoginRequest, 'AAAA')).rejects.toMatchObject({
      code: 'login-engine-failed',
    })
  })
})

/** For tests: a gate with the real OPAQUE server half, and the real client half without a worker. */
import { client, ready, server } from '@serenity-kit/opaque'
import {
  leastStretching,
  normalizePassword,
  paths,
  type LoginFinish,
  type Stretching,
} from 'sekisho/contract'
import type { ProofAlgorithm, ProofKeyOffer } from 'sekisho/proof'
import { makeLoginKey, type LoginKeys } from '../proof/login-key.ts'
import type { ProofSecret } from '../proof/proof-crypto.ts'
import type { Post } from './ask-gate.ts'
import { enrolKey, type Enrolled } from './enrol-key.ts'
import { OpaqueAttempt } from './opaque-attempt.ts'
import type { Opaque } from './opaque.ts'
import type { Trouble } from './outcome.ts'

export function opaqueHere(): Opaque {
  const attempt = new OpaqueAttempt(client)
  return {
    begin: async (typed) => Promise.resolve(attempt.begin(typed)),
    finish: async (answer, enrolment) => Promise.resolve(attempt.finish(answer, enrolment)),
    beginRegistration: async (typed) => Promise.resolve(attempt.beginRegistration(typed)),
    finishRegistration: async (answer) => Promise.resolve(attempt.finishRegistration(answer)),
    forget: () => attempt.forget(),
  }
}

/** As a browser has them; `alg` of plain HTTP makes none before the login. */
export class KeysHere implements LoginKeys {
  readonly origin = 'https://app.example'
  readonly kept = new Map<string, ProofSecret>()
  readonly #alg: ProofAlgorithm

  constructor(alg: ProofAlgorithm = 'ecdsa-p256-sha256') {
    this.#alg = alg
  }

  make() {
    return this.#alg === 'hmac-sha256' ? Promise.resolve({ alg: this.#alg, publicKey: '' }) : makeLoginKey()
  }

  keep(keyid: string, secret: ProofSecret) {
    this.kept.set(keyid, secret)
    return Promise.resolve()
  }
}

export interface Heard {
  readonly path: string
  readonly body: object
}

/** What the rig does otherwise than a good gate. */
export interface GateTwist {
  readonly stretching?: Stretching
  readonly keyOptional?: true
  /** OPAQUE's client identity, in place of the right one. */
  readonly client?: string
  /** Answers at these paths instead. */
  readonly answers?: Readonly<Record<string, () => Response>>
}

/** An answer of a gate that says no. */
export const refusal = (status: number, code: string) => () =>
  Response.json({ code, message: '' }, { status, headers: { 'retry-after': '9' } })

/** First answers to kenji from which nothing may be computed, and how the ceremony ends. */
export const spoiltStarts: readonly [what: string, GateTwist, Trouble][] = [
  ['weaker stretching', { stretching: { ...leastStretching, memory: 1024 } }, { kind: 'weakened' }],
  ['fewer rounds of stretching', { stretching: { ...leastStretching, iterations: 1 } }, { kind: 'weakened' }],
  ['somebody else’s name', { client: 'user:hanako' }, { kind: 'faulty' }],
  ['the guest’s name', { client: 'guest' }, { kind: 'faulty' }],
]

export class RigGate {
  readonly heard: Heard[] = []
  /** The gate's copy of a key that the last login made. */
  derived: Enrolled['derived']
  readonly post: Post
  readonly #serverSetup = server.createSetup()
  readonly #records = new Map<string, string>()
  readonly #twist: GateTwist
  #serverLoginState = ''
  #username: string | undefined

  private constructor(twist: GateTwist) {
    this.#twist = twist
    this.post = async (path, body) => {
      this.heard.push({ path, body })
      return Promise.resolve(twist.answers?.[path]?.() ?? this.#answer(path, body))
    }
  }

  /** With a password for each name; `''` is the shared one. */
  static async make(passwords: Readonly<Record<string, string>>, twist: GateTwist = {}): Promise<RigGate> {
    await ready
    const gate = new RigGate(twist)
    for (const [name, password] of Object.entries(passwords)) gate.#register(name, password)
    return gate
  }

  /** Whether this is the password of that name now. */
  knows(name: string, password: string): boolean {
    const { clientLoginState, startLoginRequest } = client.startLogin({
      password: normalizePassword(password),
    })
    const { loginResponse } = this.#startLogin(name, startLoginRequest)
    return (
      client.finishLogin({
        password: normalizePassword(password),
        clientLoginState,
        loginResponse,
        identifiers: this.#identifiersOf(name),
        keyStretching: { 'argon2id-custom': { ...leastStretching } },
      }) !== undefined
    )
  }

  #register(name: string, typed: string): void {
    const password = normalizePassword(typed)
    const begun = client.startRegistration({ password })
    const { registrationResponse } = this.#respond(name, begun.registrationRequest)
    const { registrationRecord } = client.finishRegistration({
      password,
      clientRegistrationState: begun.clientRegistrationState,
      registrationResponse,
      identifiers: this.#identifiersOf(name),
      keyStretching: { 'argon2id-custom': { ...leastStretching } },
    })
    this.#records.set(name, registrationRecord)
  }

  #answer(path: string, body: object): Response {
    const message = body as Readonly<Record<string, string>>
    const { stretching = leastStretching } = this.#twist
    switch (path) {
      case paths.loginStart:
      case paths.passwordStart:
      case paths.confirmStart: {
        const name = path === paths.loginStart ? (message['username'] ?? '') : (this.#username ?? '')
        const { loginResponse, serverLoginState } = this.#startLogin(name, message['startLoginRequest'] ?? '')
        this.#serverLoginState = serverLoginState
        this.#username = name
        const identifiers = this.#shownIdentifiersOf(name)
        const { keyOptional } = this.#twist
        return Response.json({ loginResponse, state: 'c2VhbGVk', stretching, identifiers, keyOptional })
      }
      case paths.loginFinish:
        return this.#enrol((body as LoginFinish).key, this.#finishLogin(message))
      case paths.joinStart:
        return Response.json(this.#startRegistration(message))
      case paths.confirmFinish:
        this.#finishLogin(message)
        return Response.json({ code: 'Y29kZQ' })
      case paths.passwordProve:
        this.#finishLogin(message)
        return Response.json({ ...this.#startRegistration(message), ticket: 'dGlja2V0' })
      case paths.joinFinish:
      case paths.passwordSet:
        this.#records.set(this.#username ?? '', message['registrationRecord'] ?? '')
        return new Response(null, { status: 204 })
      default:
        return new Response(null, { status: 404 })
    }
  }

  /** Who is signed in, or invited. */
  is(username: string): this {
    this.#username = username
    return this
  }

  #startRegistration({ registrationRequest = '' }: Readonly<Record<string, string>>) {
    const name = this.#username ?? ''
    const { stretching = leastStretching } = this.#twist
    const { registrationResponse } = this.#respond(name, registrationRequest)
    return { registrationResponse, stretching, identifiers: this.#shownIdentifiersOf(name) }
  }

  #respond(name: string, registrationRequest: string) {
    return server.createRegistrationResponse({
      serverSetup: this.#serverSetup,
      userIdentifier: credentialOf(name),
      registrationRequest,
    })
  }

  #startLogin(name: string, startLoginRequest: string) {
    return server.startLogin({
      serverSetup: this.#serverSetup,
      userIdentifier: credentialOf(name),
      registrationRecord: this.#records.get(name),
      startLoginRequest,
      identifiers: this.#identifiersOf(name),
    })
  }

  /** The key of the last login is one of its browser: bound to it, and to this origin. */
  #enrol(key: ProofKeyOffer | undefined, sessionKey: string): Response {
    if (key === undefined) return new Response(null, { status: this.#twist.keyOptional ? 204 : 401 })
    const publicKey = key.alg === 'hmac-sha256' ? '' : key.publicKey
    const expected = enrolKey(sessionKey, { alg: key.alg, publicKey, origin: 'https://app.example' })
    this.derived = expected.derived
    return new Response(null, { status: key.mac === expected.mac ? 204 : 401 })
  }

  #finishLogin({ finishLoginRequest = '' }: Readonly<Record<string, string>>): string {
    const serverLoginState = this.#serverLoginState
    const identifiers = this.#identifiersOf(this.#username ?? '')
    return server.finishLogin({ serverLoginState, finishLoginRequest, identifiers }).sessionKey
  }

  #identifiersOf(name: string) {
    return { client: name === '' ? 'guest' : `user:${name}`, server: 'demo' }
  }

  #shownIdentifiersOf(name: string) {
    const { client: shown, server: instance } = this.#identifiersOf(name)
    return { client: this.#twist.client ?? shown, server: instance }
  }
}

function credentialOf(name: string): string {
  return name === '' ? 'shared' : `user:${name}`
}

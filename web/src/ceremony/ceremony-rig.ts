/** For tests: a gate with the real OPAQUE server half, and the real client half without a worker. */
import { client, ready, server } from '@serenity-kit/opaque'
import { leastStretching, normalizePassword, paths, type Stretching } from 'sekisho/contract'
import type { Post } from './ask-gate.ts'
import { OpaqueAttempt } from './opaque-attempt.ts'
import type { Opaque } from './opaque.ts'

export function opaqueHere(): Opaque {
  const attempt = new OpaqueAttempt(client)
  return {
    begin: async (typed) => Promise.resolve(attempt.begin(typed)),
    finish: async (answer) => Promise.resolve(attempt.finish(answer)),
    beginRegistration: async (typed) => Promise.resolve(attempt.beginRegistration(typed)),
    finishRegistration: async (answer) => Promise.resolve(attempt.finishRegistration(answer)),
    forget: () => attempt.forget(),
  }
}

export interface Heard {
  readonly path: string
  readonly body: object
}

/** What the rig does otherwise than a good gate. */
export interface GateTwist {
  readonly stretching?: Stretching
  /** OPAQUE's client identity, in place of the right one. */
  readonly client?: string
  /** Answers at these paths instead. */
  readonly answers?: Readonly<Record<string, () => Response>>
}

export class RigGate {
  readonly heard: Heard[] = []
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
      case paths.passwordStart: {
        const name = path === paths.loginStart ? (message['username'] ?? '') : (this.#username ?? '')
        const { loginResponse, serverLoginState } = this.#startLogin(name, message['startLoginRequest'] ?? '')
        this.#serverLoginState = serverLoginState
        this.#username = name
        const identifiers = this.#shownIdentifiersOf(name)
        return Response.json({ loginResponse, state: 'c2VhbGVk', stretching, identifiers })
      }
      case paths.loginFinish:
        this.#finishLogin(message)
        return new Response(null, { status: 204 })
      case paths.joinStart:
        return Response.json(this.#startRegistration(message))
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

  #finishLogin({ finishLoginRequest = '' }: Readonly<Record<string, string>>): void {
    const serverLoginState = this.#serverLoginState
    const identifiers = this.#identifiersOf(this.#username ?? '')
    server.finishLogin({ serverLoginState, finishLoginRequest, identifiers })
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

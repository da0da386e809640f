/** A login ceremony with the real engine on the memory store, with time in hand and every record kept. */
import { client, ready } from '@serenity-kit/opaque'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { AuditEvent } from '../../src/audit/event.ts'
import type { LoginStarted, RegistrationStarted } from '../../src/contract/contract.ts'
import { originOf } from '../../src/kit/origin.ts'
import { failureKeyOf, parseUsername, type Username } from '../../src/kit/username.ts'
import { Browsers, type LoginAsker } from '../../src/login/asker.ts'
import { Ceremony } from '../../src/login/ceremony.ts'
import type { CeremonyParts, SignedIn } from '../../src/login/ceremony.ts'
import { makeKeyRing } from '../../src/login/key.ts'
import { openOpaque } from '../../src/login/opaque.ts'
import { PasswordChange } from '../../src/login/password-change.ts'
import { Registration } from '../../src/login/registration.ts'
import { registerPassword } from '../../src/login/register.ts'
import { cookieNames, type Site } from '../../src/sessions/cookie.ts'
import { openSessions } from '../../src/sessions/sessions.ts'
import { makeMemoryData } from '../../src/store/engines/memory/data.ts'
import { makeMemoryStore } from '../../src/store/engines/memory/open.ts'
import type { PasswordRow, UserId, UserRow } from '../../src/store/rows.ts'
import type { Store } from '../../src/store/store.ts'
import { failureRule } from '../../src/users/failures.ts'
import { hashInvitation, makeInvitationSecret } from '../../src/users/invitation.ts'
import { cookieHeaderOf } from './log-in.ts'
import { Signer } from './signer.ts'

export const password = 'seven sleepy herons'
export const otherPassword = 'eleven brave otters'
export const bobsPassword = 'a lighthouse for bob'
export const newPassword = 'nobody knows this one yet'
export const instance = 'abcd2345'
export const stranger: LoginAsker = {
  ...{ address: '192.0.2.1', userAgent: 'Browser/1', cookies: undefined },
  at: { scheme: 'https', host: 'app.example' },
}
export const origin = 'https://app.example'
const stretching = { memory: 8, iterations: 1, parallelism: 1 }

/** What the login page does first; without a name it is about the shared password. */
export function knock(typed: string, username?: string) {
  const { clientLoginState, startLoginRequest } = client.startLogin({ password: typed })
  const body = username === undefined ? { startLoginRequest } : { startLoginRequest, username }
  return { body, clientLoginState, typed }
}

export interface Knocked {
  readonly clientLoginState: string
  readonly typed: string
  readonly answer: LoginStarted
}

/** What it does with the answer; undefined when the password is wrong. */
export function prove(knocked: Knocked, signer = new Signer(), at = origin) {
  const finished = finishKnocked(knocked)
  return finished && { ...proofIn(finished, knocked), key: signer.offer(finished.sessionKey, at) }
}

/** The same where no session begins: without a key for it. */
export function proveOnly(knocked: Knocked) {
  const finished = finishKnocked(knocked)
  return finished && proofIn(finished, knocked)
}

function proofIn({ finishLoginRequest }: { readonly finishLoginRequest: string }, { answer }: Knocked) {
  return { finishLoginRequest, state: answer.state }
}

export function finishKnocked({ clientLoginState, typed, answer }: Knocked) {
  const { memory, iterations, parallelism } = answer.stretching
  return client.finishLogin({
    clientLoginState,
    loginResponse: answer.loginResponse,
    password: typed,
    identifiers: { ...answer.identifiers },
    keyStretching: { 'argon2id-custom': { memory, iterations, parallelism } },
  })
}

/** The last message of somebody who knows nothing. */
export function bluff(state: string | undefined) {
  const key = new Signer().offer('A'.repeat(86), origin)
  return { finishLoginRequest: 'A'.repeat(86), state, key }
}

/** What the pages do with a new password: first half. */
export function beginRegistration(typed: string) {
  const begun = client.startRegistration({ password: typed })
  return { ...begun, typed }
}

/** The second half, with next to no stretching; `identifiers` as the gate said. */
export function makeRecord(
  { clientRegistrationState, typed }: ReturnType<typeof beginRegistration>,
  { registrationResponse, identifiers }: Pick<RegistrationStarted, 'registrationResponse' | 'identifiers'>,
  keyStretching = stretching,
): string {
  const { registrationRecord } = client.finishRegistration({
    password: typed,
    clientRegistrationState,
    registrationResponse,
    identifiers: { ...identifiers },
    keyStretching: { 'argon2id-custom': keyStretching },
  })
  return registrationRecord
}

export const nameOf = (typed: string): Username => {
  const name = parseUsername(typed)
  if (name === undefined) throw new TypeError(`no user name: ${typed}`)
  return name
}

export const cookiesOf = ({ setCookies }: Pick<SignedIn, 'setCookies'>) => cookieHeaderOf(setCookies)
export const valueOf = (cookies: string, name: string) =>
  new RegExp(`${name}=([^;]*)`).exec(cookies)?.[1] ?? ''

/** The one refusal that every failed login gets, and its reason for the log. */
export const failed = (why: string) => ({ kind: 'refusal', code: 'login-failed', because: { why } })

/** The parts that are made once; slow only in that they start a worker. */
async function openEngine() {
  await ready
  const keys = await makeKeyRing()
  const opaque = openOpaque(keys.opaqueSetup)
  const row = await registerPassword(password, { keys, instance, now: 1, stretching })
  const otherRow = await registerPassword(otherPassword, { keys, instance, now: 2, stretching })
  const bob: UserRow = {
    id: 'bobbobbobbob' as UserId,
    name: nameOf('bob'),
    createdAt: 1,
    roles: [],
    attributes: {},
  }
  const bobsRow = await registerPassword(bobsPassword, { keys, instance, now: 3, stretching, user: bob })
  return { keys, opaque, row, otherRow, bob, bobsRow }
}

export class LoginRig {
  readonly keys
  readonly opaque
  readonly row
  readonly otherRow
  readonly bob: UserRow
  readonly bobsRow: PasswordRow
  now = 1_700_000_000_000
  readonly #data = makeMemoryData()
  readonly store = makeMemoryStore(this.#data)
  /** Another process on the same database. */
  readonly other = makeMemoryStore(this.#data)
  readonly events: AuditEvent[] = []
  readonly clock = { now: () => this.now }
  readonly audit = {
    write: (event: AuditEvent) => Promise.resolve(void this.events.push(event)),
    note: (event: AuditEvent) => void this.events.push(event),
  }
  readonly sessions = this.openSessions(this.store)
  readonly ceremony: Ceremony
  readonly registration: Registration
  readonly passwordChange: PasswordChange

  constructor({ keys, opaque, row, otherRow, bob, bobsRow }: Awaited<ReturnType<typeof openEngine>>) {
    this.keys = keys
    this.opaque = opaque
    this.row = row
    this.otherRow = otherRow
    this.bob = bob
    this.bobsRow = bobsRow
    this.ceremony = this.make()
    const rulesFor = (name: Username) => ({ least: 15, composition: [], siteWords: [name] })
    this.registration = new Registration({ ...this.parts, rulesFor })
    this.passwordChange = new PasswordChange({ ...this.parts, rulesFor })
  }

  /** Makes rigs with the password set, one for each test, on one engine. */
  static async open() {
    const engine = await openEngine()
    const make = async () => {
      const rig = new LoginRig(engine)
      await rig.store.passwords.set(engine.row)
      await rig.store.users.insert(engine.bob)
      await rig.store.passwords.set(engine.bobsRow)
      return rig
    }
    return { make, close: () => engine.opaque.close() }
  }

  openSessions(store: Store) {
    const lifetime = { idleMs: 3_600_000, absoluteMs: 86_400_000 }
    return openSessions({ store, audit: this.audit, clock: this.clock, lifetime, twoNetworks: 'record' })
  }

  get parts() {
    const { keys, store, sessions, audit, opaque, clock } = this
    const paces = {
      address: { burst: 5, intervalMs: 10_000 },
      everyone: { burst: 60, intervalMs: 1_000 },
      knownBrowser: { burst: 10, intervalMs: 10_000 },
    }
    const browsers = new Browsers({ keys, instance, namesAt: (at: Site) => cookieNames(instance, at) })
    return { keys, instance, browsers, store, sessions, audit, opaque, clock, paces }
  }

  make(parts: Partial<CeremonyParts> = {}): Ceremony {
    return new Ceremony({ ...this.parts, ...parts })
  }

  /** Uses up all tries that strangers have at a name, real or not. */
  async lock(username: string): Promise<void> {
    const key = failureKeyOf(nameOf(username))
    for (let n = 0; n < failureRule.most; n++) {
      await this.store.failures.take(key, failureRule, this.now)
      this.now += failureRule.mostWaitMs
    }
    const found = await this.store.failures.find(key)
    if (found?.count !== failureRule.most) throw new TypeError(`${username} is not locked`)
  }

  async setBobsPassword(typed: string): Promise<void> {
    const { keys, now, bob } = this
    const registration = { keys, instance, now, stretching, user: bob }
    await this.other.passwords.set(await registerPassword(typed, registration))
  }

  async invite(user = this.bob, purpose: 'join' | 'reset' = 'reset') {
    const secret = makeInvitationSecret().reveal()
    const hash = hashInvitation(secret)
    if (hash === undefined) throw new TypeError('no hash')
    const row = { hash, user: user.id, purpose, createdAt: this.now, expiresAt: this.now + 86_400_000 }
    await this.store.invitations.insert(row)
    return secret
  }

  async start(typed = password, asker = stranger, on = this.ceremony, username?: string) {
    const knocked = knock(typed, username)
    const under = await on.start(knocked.body, asker)
    if (under.kind !== 'started') throw new TypeError(`refused: ${under.code}`)
    return { ...knocked, answer: under.answer }
  }

  /** With a name, a user's sign-in. */
  async signIn(asker = stranger, typed = password, username?: string): Promise<SignedIn> {
    const begun = await this.start(typed, asker, this.ceremony, username)
    const signedIn = await this.ceremony.finish(prove(begun, new Signer(), originOf(asker.at)), asker)
    if (signedIn.kind !== 'signed-in') throw new TypeError(`refused: ${signedIn.code}`)
    return signedIn
  }

  kinds() {
    return this.events.map((event) => event.kind)
  }

  whys() {
    return this.events.flatMap((event) => (event.kind === 'login.refused' ? [event.why] : []))
  }
}

/** A rig of its own for each test of the file, all on one engine. */
export function useLoginRig(give: (rig: LoginRig) => void): void {
  let rigs: Awaited<ReturnType<typeof LoginRig.open>>
  beforeAll(async () => {
    rigs = await LoginRig.open()
  })
  afterAll(() => rigs.close())
  beforeEach(async () => {
    give(await rigs.make())
  })
}

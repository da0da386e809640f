/** A login ceremony with the real engine on the memory store, with time in hand and every record kept. */
import { client, ready } from '@serenity-kit/opaque'
import type { AuditEvent } from '../../src/audit/event.ts'
import { Ceremony } from '../../src/login/ceremony.ts'
import type { CeremonyParts, LoginAsker, SignedIn } from '../../src/login/ceremony.ts'
import { makeKeyRing } from '../../src/login/key.ts'
import { openOpaque } from '../../src/login/opaque.ts'
import { registerPassword } from '../../src/login/register.ts'
import { openSessions } from '../../src/sessions/sessions.ts'
import { makeMemoryData } from '../../src/store/engines/memory/data.ts'
import { makeMemoryStore } from '../../src/store/engines/memory/open.ts'
import type { Store } from '../../src/store/store.ts'

export const password = 'seven sleepy herons'
export const otherPassword = 'eleven brave otters'
export const instance = 'abcd2345'
export const stranger: LoginAsker = { address: '192.0.2.1', userAgent: 'Browser/1', cookies: undefined }
const stretching = { memory: 8, iterations: 1, parallelism: 1 }

/** What the login page does first. */
export function knock(typed: string) {
  const { clientLoginState, startLoginRequest } = client.startLogin({ password: typed })
  return { body: { startLoginRequest }, clientLoginState, typed }
}

/** What it does with the answer; undefined when the password is wrong. */
export function prove({ clientLoginState, typed, answer }: Awaited<ReturnType<LoginRig['start']>>) {
  const { memory, iterations, parallelism } = answer.stretching
  const finished = client.finishLogin({
    clientLoginState,
    loginResponse: answer.loginResponse,
    password: typed,
    identifiers: { ...answer.identifiers },
    keyStretching: { 'argon2id-custom': { memory, iterations, parallelism } },
  })
  return finished === undefined
    ? undefined
    : { finishLoginRequest: finished.finishLoginRequest, state: answer.state }
}

export const cookiesOf = ({ setCookies }: SignedIn) =>
  setCookies.map((cookie) => cookie.split(';')[0]).join('; ')
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
  return { keys, opaque, row, otherRow }
}

export class LoginRig {
  readonly keys
  readonly opaque
  readonly row
  readonly otherRow
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

  constructor({ keys, opaque, row, otherRow }: Awaited<ReturnType<typeof openEngine>>) {
    this.keys = keys
    this.opaque = opaque
    this.row = row
    this.otherRow = otherRow
    this.ceremony = this.make()
  }

  /** Makes rigs with the password set, one for each test, on one engine. */
  static async open() {
    const engine = await openEngine()
    const make = async () => {
      const rig = new LoginRig(engine)
      await rig.store.passwords.set(engine.row)
      return rig
    }
    return { make, close: () => engine.opaque.close() }
  }

  openSessions(store: Store) {
    const lifetime = { idleMs: 3_600_000, absoluteMs: 86_400_000 }
    return openSessions({ store, audit: this.audit, clock: this.clock, lifetime })
  }

  make(parts: Partial<CeremonyParts> = {}): Ceremony {
    const { keys, store, sessions, audit, opaque, clock } = this
    const paces = {
      address: { burst: 5, intervalMs: 10_000 },
      everyone: { burst: 60, intervalMs: 1_000 },
      knownBrowser: { burst: 10, intervalMs: 10_000 },
    }
    return new Ceremony({ keys, instance, store, sessions, audit, opaque, clock, paces, ...parts })
  }

  async start(typed = password, asker = stranger, on = this.ceremony) {
    const knocked = knock(typed)
    const under = await on.start(knocked.body, asker)
    if (under.kind !== 'started') throw new TypeError(`refused: ${under.code}`)
    return { ...knocked, answer: under.answer }
  }

  async signIn(asker = stranger, typed = password): Promise<SignedIn> {
    const signedIn = await this.ceremony.finish(prove(await this.start(typed, asker)), asker)
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

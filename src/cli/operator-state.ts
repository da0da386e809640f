/** The operator's hand on a gate's state: password and sessions, with a record of each change. */
import type { Audit } from '../audit/audit.ts'
import type { State } from '../build.ts'
import type { Config } from '../config/config.ts'
import type { Clock } from '../kit/clock.ts'
import { GateFault } from '../kit/fault.ts'
import type { Secret } from '../kit/secret.ts'
import { registerPassword } from '../login/register.ts'
import { openSessions } from '../sessions/sessions.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { SessionId } from '../store/rows.ts'
import { matchesPassword } from './matches-password.ts'
import { OperatorTokens } from './operator-tokens.ts'
import { OperatorUsers } from './operator-users.ts'
import type { OperatorState } from './parts.ts'

export class LiveOperatorState implements OperatorState {
  readonly #state: State
  readonly #clock: Clock
  readonly #sessions: Sessions
  readonly users: OperatorUsers
  readonly tokens: OperatorTokens
  #audit: Audit | undefined

  constructor(state: State, config: Config, clock: Clock) {
    this.#state = state
    this.#clock = clock
    const audit = {
      write: async (event: Parameters<Audit['write']>[0]) => (await this.#openAudit()).write(event),
    }
    this.users = new OperatorUsers({ state, clock, openAudit: () => this.#openAudit() })
    this.tokens = new OperatorTokens({ state, clock, openAudit: () => this.#openAudit() })
    this.#sessions = openSessions({ store: state.store, audit, clock, lifetime: config.session })
  }

  async removePassword(): Promise<number | undefined> {
    const audit = await this.#openAudit()
    const sessionsEnded = await this.#state.store.passwords.remove(
      'shared',
      this.#clock.now(),
      'password-changed',
    )
    if (sessionsEnded !== undefined) {
      await audit.write({ kind: 'password.removed', asker: { principal: 'operator' }, sessionsEnded })
    }
    return sessionsEnded
  }

  async hasPassword(): Promise<boolean> {
    return (await this.#state.store.passwords.find('shared')) !== undefined
  }

  async matchesPassword(password: Secret): Promise<boolean> {
    const row = await this.#state.store.passwords.find('shared')
    return row !== undefined && matchesPassword(password, row, this.#state)
  }

  async setPassword(password: Secret): Promise<number> {
    const { keys, instance, store } = this.#state
    // First the log: a change that couldn't be recorded isn't made.
    const audit = await this.#openAudit()
    const row = await registerPassword(password.reveal(), { keys, instance, now: this.#clock.now() })
    const sessionsEnded = await store.passwords.set(row)
    try {
      await audit.write({ kind: 'password.changed', asker: { principal: 'operator' }, sessionsEnded })
    } catch (cause) {
      const words =
        'The password is set, but the audit log could not record it. See to the disk, then set it again.'
      throw new GateFault('audit-unwritable', words, { cause })
    }
    return sessionsEnded
  }

  listSessions() {
    return this.#sessions.listOpen(this.#clock.now())
  }

  async endSession(id: SessionId): Promise<boolean> {
    const row = (await this.listSessions()).find((session) => session.id === id)
    if (row === undefined) return false
    await this.#openAudit()
    return this.#sessions.end(row, 'operator')
  }

  async close(): Promise<void> {
    try {
      await this.#audit?.close()
    } finally {
      await this.#state.close()
    }
  }

  /** A command that only reads leaves no segment behind. */
  async #openAudit(): Promise<Audit> {
    this.#audit ??= await this.#state.openAudit()
    return this.#audit
  }
}

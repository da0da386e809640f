/** The operator's hand on a gate's state: password and sessions, with a record of each change. */
import type { State } from '../build.ts'
import type { Config } from '../config/config.ts'
import type { Clock } from '../kit/clock.ts'
import type { Secret } from '../kit/secret.ts'
import { registerPassword } from '../login/register.ts'
import { openSessions } from '../sessions/sessions.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { SessionId } from '../store/rows.ts'
import { CommandAudit } from './command-audit.ts'
import { matchesPassword } from './matches-password.ts'
import { OperatorOwned } from './operator-owned.ts'
import { OperatorTokens } from './operator-tokens.ts'
import { OperatorUsers } from './operator-users.ts'
import type { OperatorState } from './parts.ts'

const unrecorded = {
  set: 'The password is set, but the audit log could not record it. See to the disk, then set it again.',
  removed: 'The password is gone, but the audit log could not record it. See to the disk.',
}

export class LiveOperatorState implements OperatorState {
  readonly #state: State
  readonly #clock: Clock
  readonly #sessions: Sessions
  readonly users: OperatorUsers
  readonly tokens: OperatorTokens
  readonly owned: OperatorOwned
  readonly #audit: CommandAudit

  constructor(state: State, config: Config, clock: Clock) {
    this.#state = state
    this.#clock = clock
    const audit = new CommandAudit(() => state.openAudit())
    this.#audit = audit
    this.users = new OperatorUsers({ state, clock, audit })
    this.tokens = new OperatorTokens({ state, clock, audit })
    this.owned = new OperatorOwned({ state, audit })
    this.#sessions = openSessions({
      store: state.store,
      audit,
      clock,
      lifetime: config.session,
      twoNetworks: 'record',
    })
  }

  async removePassword(): Promise<number | undefined> {
    const { passwords } = this.#state.store
    return this.#audit.change(unrecorded.removed, async () => {
      const sessionsEnded = await passwords.remove('shared', this.#clock.now(), 'password-changed')
      if (sessionsEnded !== undefined) {
        await this.#audit.write({ kind: 'password.removed', asker: { principal: 'operator' }, sessionsEnded })
      }
      return sessionsEnded
    })
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
    return this.#audit.change(unrecorded.set, async () => {
      const row = await registerPassword(password.reveal(), { keys, instance, now: this.#clock.now() })
      const sessionsEnded = await store.passwords.set(row)
      await this.#audit.write({ kind: 'password.changed', asker: { principal: 'operator' }, sessionsEnded })
      return sessionsEnded
    })
  }

  listSessions() {
    return this.#sessions.listOpen(this.#clock.now())
  }

  async endSession(id: SessionId): Promise<boolean> {
    const row = (await this.listSessions()).find((session) => session.id === id)
    if (row === undefined) return false
    await this.#audit.open()
    return this.#sessions.end(row, 'operator')
  }

  async close(): Promise<void> {
    try {
      await this.#audit.close()
    } finally {
      await this.#state.close()
    }
  }
}

/** The operator's hand on users: the noun's own functions, with a log that opens when something is first written. */
import type { State } from '../build.ts'
import type { Audit } from '../audit/audit.ts'
import type { Clock } from '../kit/clock.ts'
import { GateFault } from '../kit/fault.ts'
import type { Secret } from '../kit/secret.ts'
import { registerPassword } from '../login/register.ts'
import type { UserRow } from '../store/rows.ts'
import { readReach, type Reach } from '../users/reach.ts'
import { Users } from '../users/users.ts'
import { matchesPassword } from './matches-password.ts'

export interface OperatorUserParts {
  readonly state: State
  readonly clock: Clock
  readonly openAudit: () => Promise<Audit>
}

/** As `Users`, and with passwords as typed. Opening the log comes first: a change that can't be recorded isn't made. */
export class OperatorUsers extends Users {
  readonly #state: State
  readonly #clock: Clock
  readonly #openAudit: () => Promise<Audit>

  constructor({ state, clock, openAudit }: OperatorUserParts) {
    super({ store: state.store, audit: { write: async (event) => (await openAudit()).write(event) }, clock })
    this.#state = state
    this.#clock = clock
    this.#openAudit = openAudit
  }

  reach(): Promise<Reach | undefined> {
    return readReach(this.#state.store.meta)
  }

  any(): Promise<boolean> {
    return this.#state.store.users.any()
  }

  /** Runs a change, and says in words when it was made and couldn't be recorded. */
  async change<T>(work: (users: this) => Promise<T>): Promise<T> {
    await this.#openAudit()
    try {
      return await work(this)
    } catch (cause) {
      if (!(cause instanceof GateFault) || cause.code !== 'audit-unwritable') throw cause
      const words =
        'The change is made, but the audit log could not record it. See to the disk, and look at: sekisho user list'
      throw new GateFault('audit-unwritable', words, { cause })
    }
  }

  async matchesPassword(user: UserRow, password: Secret): Promise<boolean> {
    const { store, keys, instance } = this.#state
    const row = await store.passwords.find(user.id)
    return row !== undefined && matchesPassword(password, row, { keys, instance, username: user.name })
  }

  /** Answers how many sessions that ended. */
  async register(user: UserRow, password: Secret): Promise<number> {
    const { keys, instance } = this.#state
    const now = this.#clock.now()
    return this.setPassword(user, await registerPassword(password.reveal(), { keys, instance, now, user }))
  }
}

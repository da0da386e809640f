/** The operator's hand on users: the noun's own functions, with a log that opens when something is first written. */
import type { State } from '../build.ts'
import type { Clock } from '../kit/clock.ts'
import type { Secret } from '../kit/secret.ts'
import { registerPassword } from '../login/register.ts'
import type { UserRow } from '../store/rows.ts'
import { readReach, type Reach } from '../users/reach.ts'
import { Users } from '../users/users.ts'
import type { CommandAudit } from './command-audit.ts'
import { matchesPassword } from './matches-password.ts'

export interface OperatorUserParts {
  readonly state: State
  readonly clock: Clock
  readonly audit: CommandAudit
}

const unrecorded =
  'The change is made, but the audit log could not record it. See to the disk, and look at: sekisho user list'

/** As `Users`, and with passwords as typed. */
export class OperatorUsers extends Users {
  readonly #state: State
  readonly #clock: Clock
  readonly #audit: CommandAudit

  constructor({ state, clock, audit }: OperatorUserParts) {
    super({ store: state.store, audit, clock })
    this.#state = state
    this.#clock = clock
    this.#audit = audit
  }

  reach(): Promise<Reach | undefined> {
    return readReach(this.#state.store.meta)
  }

  any(): Promise<boolean> {
    return this.#state.store.users.any()
  }

  /** Runs a change, and says in words when it was made and couldn't be recorded. */
  change<T>(work: (users: this) => Promise<T>): Promise<T> {
    return this.#audit.change(unrecorded, () => work(this))
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

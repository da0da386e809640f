/** Adds users and invitations straight into a store, as the operator's commands do, with next to no stretching. */
import type { Stretching } from '../../src/contract/contract.ts'
import { parseUsername } from '../../src/kit/username.ts'
import type { KeyRing } from '../../src/login/key.ts'
import { registerPassword } from '../../src/login/register.ts'
import type { Endowment, UserRow } from '../../src/store/rows.ts'
import type { Store } from '../../src/store/store.ts'
import { Users } from '../../src/users/users.ts'

export interface UserMakerParts {
  readonly store: Store
  readonly keys: KeyRing
  readonly instance: string
  readonly clock: { now(): number }
}

const stretching = { memory: 8, iterations: 1, parallelism: 1 }

export class UserMaker {
  readonly #parts: UserMakerParts
  /** The operator's own functions; what they record is another test's affair. */
  readonly operator: Users

  constructor(parts: UserMakerParts) {
    this.#parts = parts
    this.operator = new Users({ ...parts, audit: { write: () => Promise.resolve() } })
  }

  /** Without a password the user is still to join. */
  async add(typed: string, password?: string, given?: Endowment): Promise<UserRow> {
    const name = parseUsername(typed)
    const row = name === undefined ? undefined : await this.operator.add(name, given)
    if (row === undefined) throw new TypeError(`no user of this name can be added: ${typed}`)
    if (password !== undefined) await this.setPassword(row, password)
    return row
  }

  /** A page takes it only where it is stretched enough for the page. */
  async setPassword(user: UserRow, password: string, stretched: Stretching = stretching): Promise<void> {
    const { store, keys, instance, clock } = this.#parts
    const registration = { keys, instance, now: clock.now(), stretching: stretched, user }
    await store.passwords.set(await registerPassword(password, registration))
  }

  async setSharedPassword(password: string): Promise<void> {
    const { store, keys, instance, clock } = this.#parts
    await store.passwords.set(
      await registerPassword(password, { keys, instance, now: clock.now(), stretching }),
    )
  }

  /** The secret behind the `#` of the link. */
  async invite(user: UserRow): Promise<string> {
    return (await this.operator.invite(user)).secret.reveal()
  }
}

/** The operator's hand on what people own: the noun's own functions, with a log that opens when something is first written. */
import type { State } from '../build.ts'
import { OwnedRegister } from '../ownership/owned-register.ts'
import type { CommandAudit } from './command-audit.ts'

export interface OperatorOwnedParts {
  readonly state: Pick<State, 'store'>
  readonly audit: CommandAudit
}

const unrecorded =
  'The change is made, but the audit log could not record it. See to the disk, and look at: sekisho file list'

/** As `OwnedRegister`. */
export class OperatorOwned extends OwnedRegister {
  readonly #audit: CommandAudit

  constructor({ state, audit }: OperatorOwnedParts) {
    super({ store: state.store, audit })
    this.#audit = audit
  }

  /** Runs a change, and says in words when it was made and couldn't be recorded. */
  change<T>(work: (owned: this) => Promise<T>): Promise<T> {
    return this.#audit.change(unrecorded, () => work(this))
  }
}

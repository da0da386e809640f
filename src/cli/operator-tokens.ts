/** The operator's hand on API tokens: the noun's own functions, with a log that opens when something is first written. */
import type { State } from '../build.ts'
import type { Clock } from '../kit/clock.ts'
import { TokenRegister } from '../tokens/token-register.ts'
import type { CommandAudit } from './command-audit.ts'

export interface OperatorTokenParts {
  readonly state: Pick<State, 'store'>
  readonly clock: Clock
  readonly audit: CommandAudit
}

const unrecorded =
  'The audit log could not record this. A token that was being revoked is revoked, a new one was not made. ' +
  'See to the disk, and look at: sekisho token list'

/** As `TokenRegister`. */
export class OperatorTokens extends TokenRegister {
  readonly #audit: CommandAudit

  constructor({ state, clock, audit }: OperatorTokenParts) {
    super({ store: state.store, audit, clock })
    this.#audit = audit
  }

  /** Runs a change, and says in words when the log could not record it. */
  change<T>(work: (tokens: this) => Promise<T>): Promise<T> {
    return this.#audit.change(unrecorded, () => work(this))
  }
}

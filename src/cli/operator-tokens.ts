/** The operator's hand on API tokens: the noun's own functions, with a log that opens when something is first written. */
import type { Audit } from '../audit/audit.ts'
import type { State } from '../build.ts'
import type { Clock } from '../kit/clock.ts'
import { GateFault } from '../kit/fault.ts'
import { TokenRegister } from '../tokens/token-register.ts'

export interface OperatorTokenParts {
  readonly state: Pick<State, 'store'>
  readonly clock: Clock
  readonly openAudit: () => Promise<Audit>
}

/** As `TokenRegister`. Opening the log comes first: a change that can't be recorded isn't made. */
export class OperatorTokens extends TokenRegister {
  readonly #openAudit: () => Promise<Audit>

  constructor({ state, clock, openAudit }: OperatorTokenParts) {
    super({ store: state.store, audit: { write: async (event) => (await openAudit()).write(event) }, clock })
    this.#openAudit = openAudit
  }

  /** Runs a change, and says in words when the log could not record it. */
  async change<T>(work: (tokens: this) => Promise<T>): Promise<T> {
    await this.#openAudit()
    try {
      return await work(this)
    } catch (cause) {
      if (!(cause instanceof GateFault) || cause.code !== 'audit-unwritable') throw cause
      const words =
        'The audit log could not record this. A token that was being revoked is revoked, a new one was not made. ' +
        'See to the disk, and look at: sekisho token list'
      throw new GateFault('audit-unwritable', words, { cause })
    }
  }
}

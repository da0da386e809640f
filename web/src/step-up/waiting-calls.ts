/** Calls that wait for a password, one shown at a time: what is given for one of them may do for others. */
import type { Confirmation } from './confirmation-channel.ts'
import type { StepUpEnd, StepUpRequest } from './after-step-up.ts'

export class WaitingCalls {
  readonly #show: (request: StepUpRequest | undefined) => void
  #waiting: readonly StepUpRequest[] = []
  #forGood = false

  /** `show` is told which of them is asked for, whenever that is another one or none. */
  constructor(show: (request: StepUpRequest | undefined) => void) {
    this.#show = show
  }

  add(request: StepUpRequest): void {
    if (this.#forGood) return request.settle({ kind: 'declined' })
    const giveUp = () => this.#settle((one) => one === request, { kind: 'declined' })
    request.signal.addEventListener('abort', giveUp, { once: true })
    this.#change([...this.#waiting, request])
  }

  /** A password counts for all that asked for a new one; a code for its own call. */
  confirm({ ticket, what, code }: Confirmation): void {
    this.#settle(
      (one) => (what === 'age' ? one.what === 'age' : one.ticket === ticket),
      code === undefined ? { kind: 'given' } : { kind: 'given', code },
    )
  }

  /** The one that is shown, and what would ask the same right after. */
  decline(): void {
    const [first] = this.#waiting
    if (first === undefined) return
    this.#settle((one) => one === first || (first.what === 'age' && one.what === 'age'), { kind: 'declined' })
  }

  /** Somebody else is here now. */
  declineAll(): void {
    this.#settle(() => true, { kind: 'declined' })
  }

  /** Where no password can be given: what comes later isn't asked about either, or an app that calls often would ask on and on. */
  declineForGood(): void {
    this.#forGood = true
    this.declineAll()
  }

  #settle(isMeant: (one: StepUpRequest) => boolean, end: StepUpEnd): void {
    const meant = this.#waiting.filter(isMeant)
    this.#change(this.#waiting.filter((one) => !meant.includes(one)))
    for (const one of meant) one.settle(end)
  }

  #change(waiting: readonly StepUpRequest[]): void {
    const [before] = this.#waiting
    this.#waiting = waiting
    const [first] = waiting
    if (first !== before) this.#show(first)
  }
}

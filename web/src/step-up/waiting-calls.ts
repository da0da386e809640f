/** Calls that wait for a password, one shown at a time: what is given for one of them may do for others. */
import type { Confirmation } from './confirmation-channel.ts'
import type { StepUpEnd, StepUpRequest } from './after-step-up.ts'

/**
 * An app may call by itself all the while, and one password lets all of these go on. The first ones are kept: what the person did was
 * before they were asked, since under the dialog nothing can be done; and the one that is shown must not be another one each time.
 * What is called at once, as by a page that loads, is one deed; its answers take their time.
 */
export const mostWaiting = 32
export const mostAtOnce = 1000
const atOnceMs = 10_000

const declined: StepUpEnd = { kind: 'declined' }

export class WaitingCalls {
  readonly #show: (request: StepUpRequest | undefined) => void
  readonly #now: () => number
  #waiting: readonly StepUpRequest[] = []
  /** When the first of them came. */
  #since = 0
  /** And nothing was done in the app since. */
  #declined = false
  #forGood = false

  /** `show` is told which of them is asked for, whenever that is another one or none. */
  constructor(show: (request: StepUpRequest | undefined) => void, now = () => performance.now()) {
    this.#show = show
    this.#now = now
  }

  add(request: StepUpRequest): void {
    const now = this.#now()
    if (this.#waiting.length === 0) this.#since = now
    const most = now - this.#since < atOnceMs ? mostAtOnce : mostWaiting
    // An app that calls by itself would ask on and on.
    if (this.#forGood || this.#declined || this.#waiting.length >= most) return request.settle(declined)
    const giveUp = () => this.#settle((one) => one === request)
    request.signal.addEventListener('abort', giveUp, { once: true })
    request.view.addEventListener('pagehide', this.#leave)
    this.#change([...this.#waiting, request])
  }

  /** A password counts for all that asked for a new one; a code for its own call. */
  confirm({ ticket, what, code }: Confirmation): void {
    const isMeant = (one: StepUpRequest) => (what === 'age' ? one.what === 'age' : one.ticket === ticket)
    if (what === 'age' || this.#waiting.some(isMeant)) this.#declined = false
    this.#settle(isMeant, { kind: 'given', code })
  }

  /** The person did something in the app, or signed in anew: what is called now may be what they want, however long that took. */
  noticeDeed(): void {
    this.#declined = false
  }

  /** The one that is shown, and what would ask the same right after. */
  decline(): void {
    const [first] = this.#waiting
    if (first === undefined) return
    this.#declined = true
    this.#settle((one) => one === first || (first.what === 'age' && one.what === 'age'))
  }

  /** Somebody else is here now. */
  declineAll(): void {
    this.#declined = false
    this.#settle(() => true)
  }

  /** Where no password can be given: what comes later isn't asked about either, whoever makes it. */
  declineForGood(): void {
    this.#forGood = true
    this.declineAll()
  }

  /** One for each page, however often it asks. */
  readonly #leave = (event: Event) => {
    // Otherwise the page may come back, and still wait.
    if (!(event as PageTransitionEvent).persisted) this.#settle(({ view }) => view === event.currentTarget)
  }

  #settle(isMeant: (one: StepUpRequest) => boolean, end = declined): void {
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

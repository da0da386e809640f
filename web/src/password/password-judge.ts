/** The page's end of the guessing worker. While it works on one password, only the newest of those typed waits. */
import type { PasswordRules } from 'sekisho/contract'
import type { PasswordVerdict } from 'sekisho/password-rules'
import type { FromGuessing, ToGuessing } from './guessing-messages.ts'

/** What is used of a Worker. */
export interface GuessingThread {
  postMessage(message: ToGuessing): void
  addEventListener(kind: 'message', listener: (event: MessageEvent<FromGuessing>) => void): void
  addEventListener(kind: 'error', listener: () => void): void
  terminate(): void
}

/** `overtaken`: a newer question took its place. */
export type Judgement = PasswordVerdict | 'overtaken' | 'unreachable'

interface Question {
  readonly message: ToGuessing
  readonly settle: (judgement: Judgement) => void
}

export class PasswordJudge {
  readonly #start: () => GuessingThread
  #thread: GuessingThread | undefined
  #asked: Question | undefined
  #waiting: Question | undefined
  #number = 0

  constructor(start: () => GuessingThread) {
    this.#start = start
  }

  /** Begins loading; the first question would do it too. */
  load(): void {
    this.#thread ??= this.#open()
  }

  judge(typed: string, rules: PasswordRules): Promise<Judgement> {
    this.load()
    return new Promise((settle) => {
      this.#waiting?.settle('overtaken')
      this.#waiting = { message: { number: (this.#number += 1), typed, rules }, settle }
      this.#next()
    })
  }

  #open(): GuessingThread {
    const thread = this.#start()
    thread.addEventListener('message', ({ data }) => {
      if (data.number !== this.#asked?.message.number) return
      this.#asked.settle(data.verdict)
      this.#asked = undefined
      this.#next()
    })
    thread.addEventListener('error', () => {
      // The network failed; the next question tries again.
      thread.terminate()
      if (this.#thread !== thread) return
      this.#thread = undefined
      for (const question of [this.#asked, this.#waiting]) question?.settle('unreachable')
      this.#asked = undefined
      this.#waiting = undefined
    })
    return thread
  }

  #next(): void {
    if (this.#asked !== undefined || this.#waiting === undefined) return
    this.#asked = this.#waiting
    this.#waiting = undefined
    this.#thread?.postMessage(this.#asked.message)
  }
}

/** What a command may use: the terminal, the surroundings, and the parts of the gate that it needs. */
import type { Surroundings } from '../config/defaults.ts'
import type { Clock } from '../kit/clock.ts'
import type { Parts } from './parts.ts'

export interface Terminal {
  /** Results, to standard output. One line unless `text` has more; the newline is added. */
  print(text: string): void
  /** Words beside the result, to standard error. */
  say(text: string): void
  /** Standard output for a file; rejects when whoever was to take it leaves. Undefined when it is a terminal. */
  readonly sendBytes: ((pieces: AsyncIterable<Uint8Array>) => Promise<void>) | undefined
  /** Whether a person sits at standard input. */
  readonly interactive: boolean
  /** Everything on standard input; throws GateFault `usage` beyond `most` bytes or when it isn't UTF-8. */
  readInput(most: number): Promise<string>
}

/** Questions to a person; every one throws Interrupted when they press Ctrl-C. */
export interface Prompts {
  text(question: {
    readonly message: string
    readonly initial?: string
    readonly check?: (typed: string) => string | undefined
  }): Promise<string>
  hidden(question: {
    readonly message: string
    readonly check?: (typed: string) => string | undefined
  }): Promise<string>
  choose<Choice extends string>(question: {
    readonly message: string
    readonly choices: readonly { readonly value: Choice; readonly label: string }[]
  }): Promise<Choice>
}

export interface CommandContext {
  readonly terminal: Terminal
  readonly prompts: Prompts
  readonly surroundings: Surroundings
  readonly clock: Clock
  readonly parts: Parts
  /** Resolves at the first SIGINT, SIGTERM or SIGHUP; the second one ends the process at once. */
  stopped(): Promise<void>
}

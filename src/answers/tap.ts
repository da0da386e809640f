/** What looks at an app's answer while it passes: learns from it, or replaces a part of it. */
import type { Json } from '../kit/json.ts'

/** One message of an event stream (`data: …` and a blank line), or a whole JSON answer. */
export interface AnswerMessage {
  /** The JSON text as it came. */
  readonly text: string
  /** Parsed at the first asking, once for all taps; undefined when it is no JSON. */
  readonly json: () => Json | undefined
}

export type LargeLook = 'pass' | 'refuse' | TextFilter

/** What a message that is too large to be held goes through instead of a tap; either may throw, which breaks it off. */
export interface TextFilter {
  /** What may go on, now that this has come. */
  push(text: string): string
  end(): string
}

export interface Tap {
  /** A message is shown to this tap only when one of these stands in its text; empty: every message. */
  readonly marks: readonly string[]
  /** Nothing passes that this tap could not see whole, be it too large or encoded; where it is absent, only learning is lost. */
  readonly must?: true
  /** By the beginning of its text: what becomes of a message that is too large to be held. Goes before `must`. */
  readonly large?: (head: string) => LargeLook | Promise<LargeLook>
  /** Nothing: leave the bytes as they are. A text: put it in the message's place. Order is kept while it is waited for. */
  take(message: AnswerMessage): string | undefined | Promise<string | undefined>
}

/** What a page and its guessing worker say to each other. */
import type { PasswordRules } from 'sekisho/contract'
import type { PasswordVerdict } from 'sekisho/password-rules'

export interface ToGuessing {
  /** Comes back with the verdict. */
  readonly number: number
  readonly typed: string
  readonly rules: PasswordRules
}

export interface FromGuessing {
  readonly number: number
  readonly verdict: PasswordVerdict
}

/** What the login page and its OPAQUE worker say to each other: one answer per question, in order. */
import type { LoginStarted } from 'sekisho/contract'

export type ToWorker =
  | { readonly kind: 'begin'; readonly password: string }
  | { readonly kind: 'finish'; readonly answer: LoginStarted }
  | { readonly kind: 'forget' }

export type FromWorker =
  /** Sent once, unasked, when the module is compiled. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'begun'; readonly startLoginRequest: string }
  /** Without a request the password was wrong. */
  | { readonly kind: 'finished'; readonly finishLoginRequest?: string }
  | { readonly kind: 'broken' }

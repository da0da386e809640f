/** What was seen of the app: the checks decide from this and nothing else. */
import type { ApiPrefix } from '../app/api-prefix.ts'
import type { AppProcess } from '../app/app-process.ts'
import type { FoundRisk } from '../app/find-risks.ts'
import type { AppAnswer } from '../app/read-app.ts'
import { isLoopback } from '../kit/networks.ts'
import type { AppConfig } from './app-config.ts'
import type { RequestName } from './requests.ts'

/** Who answered: the app itself, its own login page, a gate of ours, or something else that asks for a login. */
export type Front = 'app' | 'own-login' | 'gate' | 'other-login'

/** What came of the passwords that everybody knows. */
export type Guessing =
  | { readonly kind: 'not-tried' }
  | { readonly kind: 'no-login' }
  /** The names that got in. */
  | { readonly kind: 'tried'; readonly names: readonly string[] }

export interface AppEvidence {
  readonly url: URL
  /** A gate of ours is configured for this app. */
  readonly gated: boolean
  readonly front: Front
  /** Where its routes begin. */
  readonly api: ApiPrefix
  /** Undefined behind a login. */
  readonly config: AppConfig | undefined
  readonly answers: ReadonlyMap<RequestName, AppAnswer>
  /** What the gate would refuse to start with. */
  readonly risks: readonly FoundRisk[]
  readonly guessing: Guessing
  /** Undefined when it isn't seen to run on this machine. */
  readonly process: AppProcess | undefined
  /** What its `Date` header said, and when (RFC 9110 section 6.6.1). */
  readonly clock: { readonly said: number; readonly at: number } | undefined
  /** Milliseconds since the epoch, when the answers came. */
  readonly now: number
}

/** Whether the address is one of this machine alone. */
export function isHere({ hostname }: URL): boolean {
  return hostname === 'localhost' || isLoopback(hostname.replace(/^\[|\]$/g, ''))
}

/** A login on another machine, or a gate: what stands behind it is not at this address. */
export function isBehind({ front, url }: Pick<AppEvidence, 'front' | 'url'>): boolean {
  return front === 'gate' || (front === 'other-login' && !isHere(url))
}

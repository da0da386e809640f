/** Everything that has to do with passwords, made once: signing in, joining, changing one, and what waits for upkeep. */
import type { Audit } from '../audit/audit.ts'
import type { PasswordRules } from '../contract/contract.ts'
import { longestMs } from '../kit/body-pace.ts'
import type { Clock } from '../kit/clock.ts'
import type { Username } from '../kit/username.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Store } from '../store/store.ts'
import { Browsers, type BrowserParts } from './asker.ts'
import { Ceremony } from './ceremony.ts'
import { Confirmation } from './confirmation.ts'
import type { KeyRing } from './key.ts'
import type { LoginHost } from './login-host.ts'
import { openOpaque } from './opaque.ts'
import { PasswordChange } from './password-change.ts'
import { Registration } from './registration.ts'
import { StepUpTickets } from './step-up-tickets.ts'
import type { Paces } from './throttle.ts'
import { makeLoginUpkeep } from './upkeep.ts'

export interface LoginParts {
  readonly keys: KeyRing
  /** From `readInstance`. */
  readonly instance: string
  readonly namesAt: BrowserParts['namesAt']
  /** What browsers ask for is good without a signature too. */
  readonly keyOptional?: boolean
  readonly store: Store
  readonly sessions: Sessions
  readonly audit: Audit
  readonly clock: Clock
  readonly paces: Paces
  /** Of a call's body, in bytes. */
  readonly callBytes: number
  /** Absent: the login stands beside the app. */
  readonly loginHost?: LoginHost
  /** What a new password of this user must be. */
  readonly rulesFor: (username: Username) => PasswordRules
}

/** Who can sign in at all: whoever has the shared password, users by name, or either. */
export type WaysIn = 'guest' | 'users' | 'both'

export interface Login {
  readonly ceremony: Ceremony
  readonly registration: Registration
  readonly passwordChange: PasswordChange
  readonly confirmation: Confirmation
  readonly stepUp: StepUpTickets
  /** Asked for each login page: an operator may have added the first user a moment ago. */
  waysIn(): Promise<WaysIn>
  /** Called again and again. */
  readonly reviews: readonly (() => Promise<void>)[]
  close(): Promise<void>
}

export function openLogin(parts: LoginParts): Login {
  const { keys, instance, store, clock } = parts
  const opaque = openOpaque(keys.opaqueSetup)
  const all = { ...parts, opaque, browsers: new Browsers(parts) }
  const ceremony = new Ceremony(all)
  const passwordChange = new PasswordChange(all)
  const longestCallMs = longestMs(parts.callBytes)
  const stepUp = new StepUpTickets({ key: keys.subKey('step-up'), instance, store, clock, longestCallMs })
  const confirmation = new Confirmation({ ...all, tickets: stepUp })
  return {
    ceremony,
    registration: new Registration(all),
    passwordChange,
    confirmation,
    stepUp,
    waysIn: () => findWaysIn(store),
    reviews: [
      () => ceremony.review(),
      () => passwordChange.review(),
      () => confirmation.review(),
      makeLoginUpkeep(store, clock),
    ],
    close: () => opaque.close(),
  }
}

async function findWaysIn({ passwords, users }: Pick<Store, 'passwords' | 'users'>): Promise<WaysIn> {
  if (!(await users.any())) return 'guest'
  return (await passwords.find('shared')) === undefined ? 'users' : 'both'
}

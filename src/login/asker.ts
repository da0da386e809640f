/** Who knocks, as the request shows it, and what the gate gave this browser when somebody signed in there. */
import type { Asker } from '../audit/event.ts'
import type { Username } from '../kit/username.ts'
import { readCookie, setCookie } from '../sessions/cookie.ts'
import type { CookieNames, Site } from '../sessions/cookie.ts'
import type { AccountId } from '../store/rows.ts'
import type { KeyRing } from './key.ts'
import { knownBrowserSeconds, makeKnownBrowsers } from './known-browser.ts'
import type { KnownBrowser, KnownBrowsers, PasswordMark } from './known-browser.ts'

export interface LoginAsker {
  readonly address: string
  readonly userAgent: string
  /** The Cookie header. */
  readonly cookies: string | undefined
  /** How the browser sees the gate. */
  readonly at: Site
}

/** `username`: the name that somebody tries; whether it is theirs nobody knows yet. */
export function strangerOf({ address, userAgent }: LoginAsker, username?: Username): Asker {
  const where = { address, userAgent }
  return username === undefined
    ? { principal: 'nobody', ...where }
    : { principal: 'nobody', username, ...where }
}

export interface BrowserParts {
  readonly keys: Pick<KeyRing, 'subKey'>
  readonly instance: string
  /** Under which a session is looked for, too. */
  readonly namesAt: (site: Site) => CookieNames
}

export class Browsers {
  readonly #known: KnownBrowsers
  readonly #namesAt: BrowserParts['namesAt']

  constructor({ keys, instance, namesAt }: BrowserParts) {
    this.#known = makeKnownBrowsers(keys.subKey('known-browser'), instance)
    this.#namesAt = namesAt
  }

  names({ at }: LoginAsker): CookieNames {
    return this.#namesAt(at)
  }

  read(asker: LoginAsker, account: AccountId | undefined, now: number): KnownBrowser | undefined {
    const value = this.#value(asker)
    const { address } = asker
    return value === undefined ? undefined : this.#known.read(value, account, { address, now })
  }

  /** A Set-Cookie value: from now on this browser is known for the account's present password. */
  remember(
    asker: LoginAsker,
    { account, mark }: { readonly account: AccountId; readonly mark: PasswordMark },
    now: number,
  ): string {
    const { address } = asker
    const value = this.#known.make(account, mark, { address, now }, this.#value(asker))
    return setCookie(this.names(asker).known, value, knownBrowserSeconds)
  }

  #value(asker: LoginAsker): string | undefined {
    const cookie = readCookie(asker.cookies, this.names(asker).known)
    return cookie.kind === 'one' ? cookie.value : undefined
  }
}

/** With a host of its own for the login: the app's side of signing in there. */
import {
  againParameter,
  forParameter,
  returnToParameter,
  safeReturnPath,
  type EnterWhere,
} from '../contract/contract.ts'
import { findApp, isLoginHost, loginOrigin } from '../login/login-host.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Answer, Validated } from '../request.ts'
import { answerEmpty, answerJson } from './answers.ts'
import { askerOf, bodyOf } from './asked.ts'
import { answerPage } from './pages.ts'
import type { ServeParts } from './serve.ts'

/** The login host, where there is one and this isn't it. */
export function awayFrom({ site }: Validated, { loginHost }: ServeParts): string | undefined {
  return loginHost === undefined || isLoginHost(loginHost, site) ? undefined : loginOrigin(loginHost, site)
}

/** Makes a key, goes to the login host, and comes back here: with a code whoever is signed in already gets the page too. */
export function showEnter(request: Validated, parts: ServeParts): Answer | Refusal {
  const query = new URLSearchParams(request.query)
  if (request.principal.kind !== 'nobody' && !query.has(againParameter))
    return answerEmpty(303, { location: safeReturnPath(query.get(returnToParameter)) })
  return answerPage(request, parts, 'away')
}

/** Told by the gate: an address in a link could lead to anybody. */
export function tellWhereToEnter(request: Validated, parts: ServeParts): Answer | Refusal {
  const login = awayFrom(request, parts)
  if (login === undefined) return refuse('internal-fault', { missing: 'loginHost' })
  return answerJson(200, { login } satisfies EnterWhere)
}

export async function enter(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  const entered = await parts.login.enter(bodyOf(request), askerOf(request))
  return entered.kind === 'refusal' ? entered : answerEmpty(204, { 'set-cookie': entered.setCookies })
}

/**
 * A page that leads to the origin it is asked for: given out at a login host, for its apps. Undefined: it may be. The page's script
 * relies on this, since no script could tell which origins are the gate's.
 */
export function refuseStrangeApp({ query, site }: Validated, { loginHost }: ServeParts): Refusal | undefined {
  const origin = new URLSearchParams(query).get(forParameter)
  if (loginHost !== undefined && findApp(loginHost, origin, site) !== undefined) return undefined
  return refuse('host-misplaced', { for: (origin ?? '').slice(0, 80) })
}

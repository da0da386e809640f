/** The login page and its two messages, signing out, and what a page may know of its session. */
import {
  againParameter,
  forParameter,
  paths,
  returnToParameter,
  safeReturnPath,
  type LoginHandedOver,
  type SessionState,
} from '../contract/contract.ts'
import { firstApp } from '../login/login-host.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Answer, Validated } from '../request.ts'
import { answerEmpty, answerJson } from './answers.ts'
import { askerOf, bodyOf, sessionOf } from './asked.ts'
import { awayFrom, refuseStrangeApp } from './enter.ts'
import { answerPage } from './pages.ts'
import type { ServeParts } from './serve.ts'

export async function showLogin(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  const query = new URLSearchParams(request.query)
  // A browser that lost its key has a session with which it can do little.
  if (request.principal.kind !== 'nobody' && !query.has(againParameter) && !query.has(forParameter))
    return answerEmpty(303, { location: safeReturnPath(query.get(returnToParameter)) })
  if (awayFrom(request, parts) !== undefined)
    return answerEmpty(303, { location: `${paths.enter}${request.query === '' ? '' : `?${request.query}`}` })
  // At a login host somebody signs in for an app, whose page has the key and leads here, or for the account.
  const { loginHost } = parts
  const isForAccount = safeReturnPath(query.get(returnToParameter)).startsWith(paths.account)
  if (loginHost !== undefined && !query.has(forParameter) && !isForAccount)
    return answerEmpty(303, { location: `${firstApp(loginHost, request.site)}/` })
  const strange = query.has(forParameter) ? refuseStrangeApp(request, parts) : undefined
  return strange ?? answerPage(request, parts, `login.${await parts.login.waysIn()}`)
}

export async function startLogin(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  const started = await parts.login.start(bodyOf(request), askerOf(request))
  return started.kind === 'refusal' ? started : answerJson(200, started.answer)
}

export async function finishLogin(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  const finished = await parts.login.finish(bodyOf(request), askerOf(request))
  if (finished.kind === 'refusal') return finished
  const headers = { 'set-cookie': finished.setCookies }
  if (finished.kind === 'signed-in') return answerEmpty(204, headers)
  return answerJson(200, { code: finished.code } satisfies LoginHandedOver, headers)
}

export async function logOut(request: Validated, parts: ServeParts): Promise<Answer> {
  const session = sessionOf(request.principal)
  if (session !== undefined) await parts.login.end(session)
  return answerEmpty(204, {
    'set-cookie': parts.login.clearCookies(request.site),
    // What the app's pages keep in this browser, in its cache and in its storage, was this session's: texts, chats, the key of its
    // proofs (OWASP ASVS 5.0 14.3.1). Never `cookies`: a browser shares those with everything else on the host.
    'clear-site-data': '"cache", "storage"',
  })
}

export function showSession(request: Validated, parts: ServeParts): Answer | Refusal {
  const session = sessionOf(request.principal)
  if (session === undefined) return refuse('login-required')
  const { idleEndsAt, endsAt } = parts.login.limitsOf(session)
  const now = parts.clock.now()
  const secondsTo = (at: number) => Math.max(0, Math.floor((at - now) / 1000))
  const state: SessionState = {
    id: session.id,
    ...(session.username === undefined
      ? { principal: 'guest' }
      : { principal: 'user', username: session.username }),
    idleEndsIn: secondsTo(idleEndsAt),
    endsIn: secondsTo(endsAt),
  }
  return answerJson(200, state)
}

/** The login page and its two messages, signing out, and what a page may know of its session. */
import { returnToParameter, safeReturnPath, type SessionState } from '../contract/contract.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Answer, Validated } from '../request.ts'
import { answerEmpty, answerJson } from './answers.ts'
import { askerOf, bodyOf, sessionOf } from './asked.ts'
import { answerPage } from './pages.ts'
import type { ServeParts } from './serve.ts'

export async function showLogin(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  if (request.principal.kind !== 'nobody') {
    const wanted = new URLSearchParams(request.query).get(returnToParameter)
    return answerEmpty(303, { location: safeReturnPath(wanted) })
  }
  return answerPage(request, parts, `login.${await parts.login.waysIn()}`)
}

export async function startLogin(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  const started = await parts.login.start(bodyOf(request), askerOf(request))
  return started.kind === 'refusal' ? started : answerJson(200, started.answer)
}

export async function finishLogin(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  const finished = await parts.login.finish(bodyOf(request), askerOf(request))
  return finished.kind === 'refusal' ? finished : answerEmpty(204, { 'set-cookie': finished.setCookies })
}

export async function logOut(request: Validated, parts: ServeParts): Promise<Answer> {
  const session = sessionOf(request.principal)
  if (session !== undefined) await parts.login.end(session)
  return answerEmpty(204, {
    'set-cookie': parts.login.clearCookies(request.site),
    // The app's pages and files in this browser's cache were this session's (OWASP ASVS 5.0 14.3.1).
    'clear-site-data': '"cache"',
  })
}

export function showSession(request: Validated, parts: ServeParts): Answer | Refusal {
  const session = sessionOf(request.principal)
  if (session === undefined) return refuse('login-required')
  const { idleEndsAt, endsAt } = parts.login.limitsOf(session)
  const now = parts.clock.now()
  const secondsTo = (at: number) => Math.max(0, Math.floor((at - now) / 1000))
  const state: SessionState = {
    ...(session.username === undefined
      ? { principal: 'guest' }
      : { principal: 'user', username: session.username }),
    idleEndsIn: secondsTo(idleEndsAt),
    endsIn: secondsTo(endsAt),
  }
  return answerJson(200, state)
}

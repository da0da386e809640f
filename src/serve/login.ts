/** The login page and its two messages, signing out, and what a page may know of its session. */
import {
  languageParameter,
  returnToParameter,
  safeReturnPath,
  type SessionState,
} from '../contract/contract.ts'
import { chooseLanguage } from '../kit/language.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Answer, Principal, Validated } from '../request.ts'
import type { SessionRow } from '../store/rows.ts'
import { answerEmpty, answerFile, answerJson } from './answers.ts'
import type { ServeParts } from './serve.ts'

/** Nothing but our own files; no inline script, no form that could be sent anywhere. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types sekisho"

export function showLogin(request: Validated, parts: ServeParts): Answer | Refusal {
  const query = new URLSearchParams(request.query)
  if (request.principal.kind !== 'nobody') {
    return answerEmpty(303, { location: safeReturnPath(query.get(returnToParameter)) })
  }
  const language = chooseLanguage(request.headers['accept-language'], query.get(languageParameter))
  const page = parts.web.pages.get(`login.${language}.html`)
  if (page === undefined) return refuse('internal-fault', { missing: 'login page' })
  return answerFile(request, page, { 'content-security-policy': pagePolicy, 'content-language': language })
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

/** A program has none. */
function sessionOf(principal: Principal): SessionRow | undefined {
  return 'session' in principal ? principal.session : undefined
}

function bodyOf(request: Validated): unknown {
  return request.checked.kind === 'parsed' ? request.checked.value : undefined
}

function askerOf(request: Validated) {
  const { headers, client, site } = request
  return {
    address: client,
    userAgent: headers['user-agent'] ?? '',
    cookies: headers['cookie'],
    site,
  }
}

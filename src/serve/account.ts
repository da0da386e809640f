/** A user's own account: its page, and the change of its password. */
import type { UserSession } from '../login/password-change.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Answer, Validated } from '../request.ts'
import { answerEmpty, answerJson } from './answers.ts'
import { askerOf, bodyOf, factsOf, refuseInsecure, userSessionOf } from './asked.ts'
import { answerPage } from './pages.ts'
import type { ServeParts } from './serve.ts'

export function showAccount(request: Validated, parts: ServeParts): Answer | Refusal {
  return answerPage(request, parts, 'account')
}

export function showPasswordRules(request: Validated, parts: ServeParts): Answer | Refusal {
  const session = userSessionOf(request.principal)
  if (session === undefined) return refuse('policy-denied', { account: false })
  return answerJson(200, parts.passwordChange.rules(session))
}

export async function startPasswordChange(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  const started = await forUser(request, (session) =>
    parts.passwordChange.start(bodyOf(request), session, factsOf(request)),
  )
  return started.kind === 'refusal' ? started : answerJson(200, started.answer)
}

export async function proveCurrentPassword(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  const proved = await forUser(request, (session) =>
    parts.passwordChange.prove(bodyOf(request), session, factsOf(request)),
  )
  return proved.kind === 'refusal' ? proved : answerJson(200, proved.answer)
}

export async function setNewPassword(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  const changed = await forUser(request, (session) =>
    parts.passwordChange.set(bodyOf(request), session, askerOf(request)),
  )
  return changed.kind === 'refusal' ? changed : answerEmpty(204, { 'set-cookie': changed.setCookies })
}

async function forUser<T>(
  request: Validated,
  work: (session: UserSession) => Promise<T | Refusal>,
): Promise<T | Refusal> {
  const insecure = refuseInsecure(request)
  if (insecure !== undefined) return insecure
  const session = userSessionOf(request.principal)
  return session === undefined ? refuse('policy-denied', { account: false }) : work(session)
}

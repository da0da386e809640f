/** The window that asks somebody who is signed in for the password again, and its three messages. */
import { refuse, type Refusal } from '../refusals.ts'
import type { Answer, Validated } from '../request.ts'
import type { SessionRow } from '../store/rows.ts'
import type { Answered } from '../login/registration.ts'
import { answerJson } from './answers.ts'
import { bodyOf, factsOf, sessionOf } from './asked.ts'
import { awayFrom } from './enter.ts'
import { answerPage } from './pages.ts'
import type { ServeParts } from './serve.ts'

export function showConfirm(request: Validated, parts: ServeParts): Answer | Refusal {
  return answerPage(request, parts, awayFrom(request, parts) === undefined ? 'confirm' : 'away')
}

export function lookAtTicket(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  return forSession(request, (session) => parts.confirmation.look(bodyOf(request), session))
}

export function startConfirmation(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  return forSession(request, (session) =>
    parts.confirmation.start(bodyOf(request), session, factsOf(request)),
  )
}

export function finishConfirmation(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  return forSession(request, (session) =>
    parts.confirmation.finish(bodyOf(request), session, factsOf(request)),
  )
}

async function forSession(
  request: Validated,
  work: (session: SessionRow) => Promise<Answered<object> | Refusal> | Answered<object> | Refusal,
): Promise<Answer | Refusal> {
  const session = sessionOf(request.principal)
  if (session === undefined) return refuse('login-required')
  const done = await work(session)
  return done.kind === 'refusal' ? done : answerJson(200, done.answer)
}

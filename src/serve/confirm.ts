/** The window that asks somebody who is signed in for the password again, and its three messages: beside the app, and at a login host. */
import type { Answered } from '../login/registration.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import type { Answer, Validated } from '../request.ts'
import type { SessionRow } from '../store/rows.ts'
import { answerJson } from './answers.ts'
import { bodyOf, factsOf, sessionOf } from './asked.ts'
import { awayFrom, refuseStrangeApp } from './enter.ts'
import { answerPage } from './pages.ts'
import type { ServeParts } from './serve.ts'

export function showConfirm(request: Validated, parts: ServeParts): Answer | Refusal {
  return answerPage(request, parts, awayFrom(request, parts) === undefined ? 'confirm' : 'away')
}

export function showConfirmAway(request: Validated, parts: ServeParts): Answer | Refusal {
  return refuseStrangeApp(request, parts) ?? answerPage(request, parts, 'confirm')
}

type Whose = (request: Validated, parts: ServeParts) => Promise<SessionRow | Refusal> | SessionRow | Refusal
type Step = (
  session: SessionRow,
  request: Validated,
  parts: ServeParts,
) => Promise<Answered<object> | Refusal> | Answered<object> | Refusal

const bySession: Whose = ({ principal }) => sessionOf(principal) ?? refuse('login-required')
/** The cookie of the app's session isn't sent there; what only that session was given says which it is. */
const byTicket: Whose = (request, { confirmation }) => confirmation.findSession(bodyOf(request))

const look: Step = (session, request, { confirmation }) => confirmation.look(bodyOf(request), session)
const start: Step = (session, request, { confirmation }) =>
  confirmation.start(bodyOf(request), session, factsOf(request))
const finish: Step = (session, request, { confirmation }) =>
  confirmation.finish(bodyOf(request), session, factsOf(request))
const vouch: Step = (session, request, { confirmation }) => confirmation.vouch(bodyOf(request), session)

export const lookAtTicket = stepOf(bySession, look)
export const startConfirmation = stepOf(bySession, start)
export const finishConfirmation = stepOf(bySession, finish)
export const vouchForTicket = stepOf(bySession, vouch)
export const lookAtTicketAway = stepOf(byTicket, look)
export const startConfirmationAway = stepOf(byTicket, start)
export const finishConfirmationAway = stepOf(byTicket, finish)

function stepOf(whose: Whose, step: Step) {
  return async (request: Validated, parts: ServeParts): Promise<Answer | Refusal> => {
    const session = await whose(request, parts)
    if (isRefusal(session)) return session
    const done = await step(session, request, parts)
    return done.kind === 'refusal' ? done : answerJson(200, done.answer)
  }
}

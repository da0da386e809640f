/** The invitation's page and its three messages. Only the last uses the invitation up, so a preview of the link does nothing. */
import type { Refusal } from '../refusals.ts'
import type { Answer, Validated } from '../request.ts'
import { answerEmpty, answerJson } from './answers.ts'
import { askerOf, bodyOf, refuseInsecure } from './asked.ts'
import { answerPage } from './pages.ts'
import type { ServeParts } from './serve.ts'

export function showJoin(request: Validated, parts: ServeParts): Answer | Refusal {
  // The secret stands in the fragment, which no browser puts into a Referer; nothing else of the address should go out either.
  return answerPage(request, parts, 'join', { 'referrer-policy': 'no-referrer' })
}

export async function lookAtInvitation(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  const looked = refuseInsecure(request) ?? (await parts.registration.look(bodyOf(request), askerOf(request)))
  return looked.kind === 'refusal' ? looked : answerJson(200, looked.answer)
}

export async function startJoin(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  const started =
    refuseInsecure(request) ?? (await parts.registration.start(bodyOf(request), askerOf(request)))
  return started.kind === 'refusal' ? started : answerJson(200, started.answer)
}

export async function finishJoin(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  const finished =
    refuseInsecure(request) ?? (await parts.registration.finish(bodyOf(request), askerOf(request)))
  return finished.kind === 'refusal' ? finished : answerEmpty(204, { 'set-cookie': finished.setCookies })
}

/** A call that is refused for want of the password waits for the person, and goes on once they gave it. */
import { confirmationField, parseStepUp, stepUpField, type StepUpAsked } from 'sekisho/proof'
import { askPage, type Asked } from '../ask-page.ts'
import type { Afterwards } from '../proof/signing-fetch.ts'

/** Between the script that sends requests and the one that shows something: each is a file of its own. */
export const stepUpEvent = stepUpField

/** `code`: what a call that had to be confirmed is sent with. */
export type StepUpEnd =
  { readonly kind: 'given'; readonly code?: string | undefined } | { readonly kind: 'declined' }

/** Where nobody takes it, the refusal is the app's. */
export interface StepUpRequest extends StepUpAsked, Asked<StepUpEnd> {
  /** Nobody waits any more. */
  readonly signal: AbortSignal
  /** The page that asks: in a frame it may go while the one that has the bar stays. */
  readonly view: EventTarget
}

export const afterStepUp: Afterwards = async (answer, repeat, signal) => {
  const asked = answer.status === 403 && parseStepUp(answer.headers.get(stepUpField))
  if (!asked) return answer
  const end = await askPage<StepUpEnd>(stepUpEvent, { ...asked, signal, view: window }, { kind: 'declined' })
  if (end.kind === 'declined') return answer
  void answer.body?.cancel().catch(() => undefined)
  const more = end.code ? { [confirmationField]: end.code } : {}
  // Whoever took too long is asked anew.
  return afterStepUp(await repeat(more), repeat, signal)
}

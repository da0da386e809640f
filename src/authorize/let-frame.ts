/** Who may show an answer in a frame: the sites that the operator names, and of those the browser sees to it. */
import { isFrameableBelow } from '../catalog/frameable.ts'
import type { Outcome, Reached } from '../request.ts'

export interface EmbedParts {
  /** Origins, https. None: pages stand alone. */
  readonly embed: readonly string[]
}

/**
 * CSP 3 section 6.4.2: every frame around it must be one of these, so that pages of the app may go on framing each other. Where it
 * stands, browsers don't read X-Frame-Options, which can't name a site; `reply` leaves that out.
 */
export function letFrame(reached: Reached, outcome: Outcome, { embed }: EmbedParts): Outcome {
  if (embed.length === 0 || !('entry' in reached) || !isFrameableBelow(reached.entry)) return outcome
  // Its words have to be read where the page would have been.
  if (outcome.kind === 'refusal') return { ...outcome, framers: embed }
  const { 'x-frame-options': _, ...headers } = outcome.headers
  const policy = String(headers['content-security-policy'] ?? '')
  const own = reached.entry.goesTo === 'upstream' ? ["'self'"] : []
  const ancestors = `frame-ancestors ${[...own, ...embed].join(' ')}`
  const stands = /frame-ancestors [^;]*|$/
  return { ...outcome, headers: { ...headers, 'content-security-policy': policy.replace(stands, ancestors) } }
}

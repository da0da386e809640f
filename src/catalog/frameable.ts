/** What another site may show in a frame, where the operator names that site: pages of the app, and the one to sign in at. */
import type { RouteEntry } from './entry.ts'

/** No page where a password is changed, a call confirmed or an invitation taken: those are opened in a window of their own. */
export function isFrameable({ answer, goesTo, id }: RouteEntry): boolean {
  return answer === 'document' && (goesTo === 'upstream' || id === 'gate.login.page')
}

/**
 * What may stand in a frame somewhere below such a page: CSP 3 section 6.4.2 asks every frame above, so what pages of the app show in
 * frames of their own has to name the site as well.
 */
export function isFrameableBelow(entry: RouteEntry): boolean {
  const shown = entry.answer === 'file' || entry.answer === 'asset'
  return isFrameable(entry) || (shown && entry.goesTo === 'upstream')
}

/** What another site may show in a frame, where the operator names that site: pages of the app, and the one to sign in at. */
import type { RouteEntry } from './entry.ts'

/** No page where a password is changed, a call confirmed or an invitation taken: those are opened in a window of their own. */
export function isFrameable({ answer, goesTo, id }: RouteEntry): boolean {
  return answer === 'document' && (goesTo === 'upstream' || id === 'gate.login.page')
}

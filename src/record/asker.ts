/** Who asked, as the audit log tells it. */
import type { Asker } from '../audit/event.ts'
import type { Reached } from '../request.ts'

export function askerOf(reached: Reached): Asker {
  const userAgent = 'headers' in reached ? (reached.headers['user-agent'] ?? '') : reached.userAgent
  const where = { address: reached.client, userAgent }
  if (!('principal' in reached)) return { principal: 'nobody', ...where }
  const { principal } = reached
  switch (principal.kind) {
    case 'nobody':
      return { principal: 'nobody', ...where }
    case 'guest':
      return { principal: 'guest', session: principal.session.id, ...where }
    case 'user':
      return { principal: 'user', username: principal.username, session: principal.session.id, ...where }
    case 'token': {
      const { token, username } = principal
      return {
        principal: 'token',
        token: token.id,
        ...(username === undefined ? {} : { username }),
        ...where,
      }
    }
  }
}

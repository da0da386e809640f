/** With a host of its own for the login: the app isn't there, and no password is taken anywhere else. */
import type { OwnRoute } from '../catalog/gate/own.ts'
import { firstApp, isLoginHost, loginOrigin, type LoginHost } from '../login/login-host.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Classified } from '../request.ts'

export interface LoginHostParts {
  /** Absent: the login stands beside the app. */
  readonly loginHost?: LoginHost
}

/** Where a password is typed. */
const typed: ReadonlySet<string> = new Set<OwnRoute>([
  ...(['gate.login.start', 'gate.login.finish'] as const),
  ...(['gate.join.page', 'gate.join.look', 'gate.join.start', 'gate.join.finish'] as const),
  ...(['gate.account.page', 'gate.password.rules', 'gate.password.start'] as const),
  ...(['gate.password.prove', 'gate.password.set'] as const),
  ...(['gate.confirm.look', 'gate.confirm.start', 'gate.confirm.finish'] as const),
])
/** For apps whose password is typed there. */
const onlyThere: ReadonlySet<string> = new Set<OwnRoute>([
  ...(['gate.away.page', 'gate.away.look', 'gate.away.start', 'gate.away.finish'] as const),
])
const onlyHere: ReadonlySet<string> = new Set<OwnRoute>([
  ...(['gate.enter.page', 'gate.enter.where', 'gate.enter.finish', 'gate.enter.vouch'] as const),
])

/** Undefined: it is where it belongs. Says nothing about what the app has. */
export function findMisplaced(request: Classified, { loginHost }: LoginHostParts): Refusal | undefined {
  const { entry, site } = request
  if (loginHost === undefined)
    return onlyThere.has(entry.id) || onlyHere.has(entry.id) ? refuse('route-unknown') : undefined
  const because = { host: site.host.slice(0, 80) }
  if (!isLoginHost(loginHost, site)) {
    if (onlyThere.has(entry.id)) return refuse('host-misplaced', because)
    return typed.has(entry.id) ? leadTo(loginOrigin(loginHost, site), request, because) : undefined
  }
  if (onlyHere.has(entry.id)) return refuse('host-misplaced', because)
  const isOwn = entry.goesTo === 'serve' && entry.id !== 'gate.base'
  return isOwn ? undefined : leadTo(firstApp(loginHost, site), request, because)
}

/** Somebody who opened a page is led to it; everything else is refused. */
function leadTo(origin: string, { path, query }: Classified, because: Refusal['because']): Refusal {
  return {
    ...refuse('host-misplaced', because),
    elsewhere: `${origin}${path}${query === '' ? '' : `?${query}`}`,
  }
}

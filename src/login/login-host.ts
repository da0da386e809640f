/** A host of its own where passwords are typed, so that no script of an app stands beside them: which it is, and for which apps. */
import { originOf } from '../kit/origin.ts'
import type { Site } from '../sessions/cookie.ts'

export interface LoginHost {
  /** Lower case, without port. */
  readonly name: string
  /** The names of the gate under which the app is used. */
  readonly apps: readonly string[]
}

export function isLoginHost({ name }: LoginHost, { host }: Site): boolean {
  return withoutDot(host) === name + portOf(host)
}

/** At the port that the browser came to: all names of a gate are served at the same one. */
export function loginOrigin({ name }: LoginHost, site: Site): string {
  return originAt(name, site)
}

/** The app's own origin, where somebody came to the login host for nothing in particular. */
export function firstApp({ apps: [first = ''] }: LoginHost, site: Site): string {
  return originAt(first, site)
}

/** Undefined for every origin but those of the app: a login is for nobody else. */
export function findApp(
  { apps }: LoginHost,
  origin: string | null | undefined,
  site: Site,
): Site | undefined {
  const name = apps.flatMap((one) => [one, `${one}.`]).find((one) => originAt(one, site) === origin)
  return name === undefined ? undefined : { scheme: site.scheme, host: name + portOf(site.host) }
}

function originAt(name: string, { scheme, host }: Site): string {
  return originOf({ scheme, host: name + portOf(host) })
}

/** A name is the same one with a dot at its end (RFC 1034 section 3.1), and a browser keeps the dot in its origin. */
function withoutDot(host: string): string {
  return host.replace(/\.(?=:\d+$|$)/, '')
}

function portOf(host: string): string {
  return /:\d+$/.exec(host)?.[0] ?? ''
}

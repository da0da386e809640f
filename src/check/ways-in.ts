/** Every way into the app through the gate, and what guards it (OWASP ASVS 5.0 6.1.3: all of them are listed). */
import { checkListen, type Exposure } from '../config/check-listen.ts'
import type { Config } from '../config/config.ts'
import type { Reach } from '../users/reach.ts'
import type { PasswordSeen, WayIn } from './gate-evidence.ts'
import type { Kept, SessionsSeen } from './read-kept.ts'

export interface Known {
  /** Undefined where no database could be read. */
  readonly kept: Kept | undefined
  /** Without one, only the gate's command line knows where it listens. */
  readonly hasConfigFile: boolean
}

/** New kinds of login are added here. */
export function waysIn(config: Config, { kept, hasConfigFile }: Known): readonly WayIn[] {
  return [
    ...(hasConfigFile
      ? [listener(config), ...redirect(config), ...proxies(config)]
      : [listenerOf(kept?.reach)]),
    ...(kept === undefined ? [] : logins(kept)),
    operator(config),
  ]
}

/** Without sekisho.yaml, what the gate said of itself is all there is. */
function listenerOf(reach: Reach | undefined): WayIn {
  if (reach?.insecure === true) {
    return {
      way: 'browsers',
      guard: 'plain HTTP beyond this machine, when the gate last started',
      strength: 'weak',
    }
  }
  if (reach?.origin === undefined) {
    const guard = "not known: there is no sekisho.yaml, and the gate's command line is not seen"
    return { way: 'browsers', guard, strength: 'fair' }
  }
  const guard = `${reach.origin.startsWith('https:') ? 'HTTPS' : 'this machine only'}, when the gate last started`
  return { way: `browsers at ${reach.origin}`, guard, strength: 'strong' }
}

function listener(config: Config): WayIn {
  const way = `browsers at ${addressOf(config.listen)}`
  switch (exposureOf(config)) {
    case 'tls':
      return config.https?.selfSigned === true
        ? { way, guard: 'HTTPS with a certificate that the gate made itself', strength: 'fair' }
        : { way, guard: 'HTTPS', strength: 'strong' }
    case 'loopback':
      return { way, guard: 'reachable from this machine only', strength: 'strong' }
    case 'proxied':
      return { way, guard: 'the proxies in trusted_proxies end TLS', strength: 'fair' }
    case 'insecure':
      return { way, guard: 'plain HTTP', strength: 'weak' }
    case 'refused':
      return { way, guard: 'closed: the gate does not start there without TLS', strength: 'strong' }
  }
}

function redirect({ https, tls }: Config): readonly WayIn[] {
  const at = https?.httpListen ?? tls?.httpListen ?? 'off'
  if (at === 'off') return []
  const way = `plain HTTP at ${addressOf(at)}`
  return [{ way, guard: 'leads to HTTPS and to nothing else', strength: 'strong' }]
}

function addressOf({ host, port }: Config['listen']): string {
  return `${host.includes(':') ? `[${host}]` : host}:${String(port)}`
}

/** As the gate itself judges it at its start; `refused`: it would not start. */
export function exposureOf(config: Config): Exposure['kind'] | 'refused' {
  try {
    return checkListen(config).kind
  } catch {
    return 'refused'
  }
}

function proxies({ trustedProxies }: Config): readonly WayIn[] {
  if (trustedProxies.length === 0) return []
  const guard = `their word for address and scheme is taken: ${trustedProxies.join(', ')}`
  return [{ way: 'proxies', guard, strength: 'fair' }]
}

function logins(kept: Kept): readonly WayIn[] {
  const ways: WayIn[] = kept.passwords.map((password) => ({
    way: `login: ${password.whose}`,
    guard: `OPAQUE, stretched by ${inWords(password)}; set ${dayOf(password.changedAt)}`,
    strength: isWeaklyStretched(password) ? 'weak' : 'strong',
  }))
  for (const token of kept.tokens) {
    const end = token.expiresAt === undefined ? 'never expires' : `expires ${dayOf(token.expiresAt)}`
    const used = token.lastUsedAt === undefined ? 'never used' : `last used ${dayOf(token.lastUsedAt)}`
    const isBound = token.proofKey !== undefined
    const guard = `${isBound ? 'bound to a key' : 'good for whoever has a copy'}; ${end}; ${used}`
    const strength = isBound && token.expiresAt !== undefined ? 'strong' : 'fair'
    ways.push({ way: `API token ${token.name}`, guard, strength })
  }
  return [
    ...ways,
    ...counted('open invitations', kept.openInvitations, {
      guard: 'used up by the first finished registration',
      strength: 'strong',
    }),
    ...browsers(kept.openSessions),
  ]
}

function browsers({ keyed, readable, keyless }: SessionsSeen): readonly WayIn[] {
  const way = 'browsers signed in'
  return [
    ...counted(way, keyed, { guard: 'a cookie, and a key that signs', strength: 'strong' }),
    ...counted(`${way} over plain HTTP`, readable, {
      guard: 'a cookie that can be read on the way, and a key that every script of the page can read',
      strength: 'weak',
    }),
    ...counted(`${way} without a key`, keyless, {
      guard: 'a cookie, good for whoever has a copy',
      strength: 'fair',
    }),
  ]
}

function counted(way: string, count: number, how: Omit<WayIn, 'way'>): readonly WayIn[] {
  return count === 0 ? [] : [{ way: `${way}: ${String(count)}`, ...how }]
}

function operator({ stateDir, keyFile }: Config): WayIn {
  return {
    way: 'whoever may write to the gate’s files',
    guard: `rights of ${stateDir} and ${keyFile}`,
    strength: 'fair',
  }
}

/** OWASP Password Storage Cheat Sheet: Argon2id with at least 19 MiB and two passes, or as much work with more memory. */
export function isWeaklyStretched({ stretching: { memory, iterations } }: PasswordSeen): boolean {
  return memory < 7 * 1024 || memory * iterations < 19 * 1024 * 2
}

function inWords({ stretching }: PasswordSeen): string {
  return `Argon2id with ${String(Math.round(stretching.memory / 1024))} MiB and ${String(stretching.iterations)} passes`
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

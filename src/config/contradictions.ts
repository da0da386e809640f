/** What each key allows on its own and the keys together don't. */
import { join, relative, sep } from 'node:path'
import { isLoopback } from '../kit/networks.ts'
import { canonicalAddress, isPublicName } from './addresses.ts'
import type { Config } from './config.ts'
import { httpsDefaults } from './defaults.ts'
import type { Finding, Locate } from './finding.ts'
import type { Settings } from './schema.ts'

export function contradictions(config: Config, settings: Settings, locate: Locate): readonly Finding[] {
  const findings: Finding[] = []
  if (config.session.idleMs > config.session.absoluteMs) {
    findings.push({
      where: locate(settings.session?.idle === undefined ? ['session', 'absolute'] : ['session', 'idle']),
      says: `session.idle (${config.session.idleMs / 60_000}m) is longer than session.absolute (${config.session.absoluteMs / 60_000}m); it would never be reached.`,
    })
  }
  if (config.limits.connectionsPerAddress > config.limits.connections) {
    findings.push({
      where: locate(['limits', 'connections_per_address']),
      says: `limits.connections_per_address (${config.limits.connectionsPerAddress}) is more than limits.connections (${config.limits.connections}); it would never be reached. Leave it out for half of them.`,
    })
  }
  if (isInside(config.keyFile, config.stateDir)) {
    findings.push({
      where: locate(settings.key_file === undefined ? ['state_dir'] : ['key_file']),
      says: `key_file lies inside state_dir. Whoever copies that folder could then guess the password offline; keep the key elsewhere.`,
    })
  }
  return findings
}

/** How browsers reach the gate: its command line may settle what the file alone leaves open. */
export function contradictionsOfDoors(
  config: Config,
  settings: Settings,
  locate: Locate,
): readonly Finding[] {
  const findings: Finding[] = []
  const { tls } = settings
  if (tls !== undefined && config.tls === undefined) {
    const [has, misses] = tls.cert === undefined ? (['key', 'cert'] as const) : (['cert', 'key'] as const)
    const says =
      tls.cert === undefined && tls.key === undefined
        ? 'tls: the group is empty; it needs cert and key.'
        : `tls.${has} stands without tls.${misses}. HTTPS needs both (--tls-cert and --tls-key).`
    findings.push({
      where: locate(tls.cert === undefined && tls.key === undefined ? ['tls'] : ['tls', has]),
      says,
    })
  }
  findings.push(...aboutHttps(config, settings, locate), ...aboutRedirects(config, locate))
  findings.push(...aboutFrames(config, locate), ...aboutLoginHost(config, locate))
  if (isItself(config)) {
    findings.push({
      where: locate(['listen']),
      says: 'listen is the address of the app itself; the gate would call itself. Choose another port.',
    })
  }
  return findings
}

function aboutHttps(config: Config, settings: Settings, locate: Locate): readonly Finding[] {
  const { https } = config
  if (https === undefined) return []
  const findings: Finding[] = []
  if (settings.tls !== undefined) {
    const says =
      'https and tls stand together. Keep https (the gate obtains a certificate) or tls (your own files).'
    findings.push({ where: locate(['https']), says })
  }
  for (const key of ['directory', 'email', 'ca_file'] as const) {
    if (!https.selfSigned || settings.https?.[key] === undefined) continue
    const says = `https.${key} means nothing with https.self_signed: no CA is asked. Remove one of them.`
    findings.push({ where: locate(['https', key]), says })
  }
  const strange = https.names.filter((name) => !isPublicName(name))
  if (https.selfSigned || https.directory !== httpsDefaults.directory) return findings
  for (const name of strange) {
    const says = `${name} is not public, and no public CA vouches for it. Use --self-signed (https.self_signed), or name a private CA with --acme-directory (https.directory).`
    findings.push({
      where: locate(settings.https?.names === undefined ? ['hosts'] : ['https', 'names']),
      says,
    })
  }
  return findings
}

/** Cookies of a frame are `Secure` or none (RFC 6265bis draft section 5.7, `SameSite=None`). */
function aboutFrames(config: Config, locate: Locate) {
  if (config.embed.length === 0) return []
  if (config.insecureHttp) {
    const says =
      'embed and insecure_http stand together, and a browser keeps no cookie of a frame over plain HTTP. Remove one of them.'
    return [{ where: locate(['embed']), says }]
  }
  if (speaksHttps(config)) return []
  const says =
    'embed needs HTTPS: a browser keeps no cookie of a frame without it. Use --https (https:) or your own certificate (tls:), or ' +
    'name the proxy that ends TLS in trusted_proxies.'
  return [{ where: locate(['embed']), says }]
}

/** A login host keeps scripts of the app away from the password, so nobody may be able to change its page on the way either. */
function aboutLoginHost(config: Config, locate: Locate): readonly Finding[] {
  const { authHost, hosts, embed, insecureHttp } = config
  if (authHost === undefined) return []
  const found = (says: string) => [{ where: locate(['auth_host']), says }]
  if (!hosts.includes(authHost))
    return found(
      `auth_host: ${authHost} is none of the names that the gate serves. Add it to hosts (and, with https, to https.names).`,
    )
  if (hosts.length === 1)
    return found(
      `auth_host: ${authHost} is the only name in hosts, and the app isn't served there. Add the app's own name to hosts.`,
    )
  if (insecureHttp)
    return found(
      'auth_host and insecure_http stand together, and whoever changes traffic changes the login page. Remove one of them.',
    )
  if (embed.length > 0)
    return found(
      'auth_host and embed stand together, and a login in a frame would have to be shown by the other site. Remove one of them.',
    )
  if (speaksHttps(config)) return []
  return found(
    'auth_host needs HTTPS. Use --https (https:) or your own certificate (tls:), or name the proxy that ends TLS in trusted_proxies.',
  )
}

/** The gate itself, or a proxy in front. */
function speaksHttps({ tls, https, trustedProxies }: Config): boolean {
  return tls !== undefined || https !== undefined || trustedProxies.length > 0
}

function aboutRedirects(config: Config, locate: Locate): readonly Finding[] {
  return (['https', 'tls'] as const).flatMap((group) => {
    const at = config[group]?.httpListen ?? 'off'
    if (at === 'off' || !isSameAddress(at, config.listen)) return []
    const says = `${group}.http_listen is the address of the gate itself. Choose another port, or off.`
    return [{ where: locate([group, 'http_listen']), says }]
  })
}

function isSameAddress(a: Config['listen'], b: Config['listen']): boolean {
  return a.port !== 0 && a.port === b.port && canonicalAddress(a.host) === canonicalAddress(b.host)
}

function isInside(file: string, folder: string): boolean {
  const path = relative(folder, file)
  return path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && join(folder, path) === file
}

function isItself({ upstream, listen }: Config): boolean {
  const host = upstream.hostname.replace(/^\[|\]$/g, '')
  const port = upstream.port !== '' ? Number(upstream.port) : upstream.protocol === 'https:' ? 443 : 80
  const at = host === 'localhost' ? '127.0.0.1' : canonicalAddress(host)
  const everywhere = listen.host === '0.0.0.0' || listen.host === '::'
  return port === listen.port && (at === canonicalAddress(listen.host) || (everywhere && isLoopback(at)))
}

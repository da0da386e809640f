/** Configuration from its sources: defaults, then the file, then the command line. No input or output. */
import { isIP } from 'node:net'
import { dirname, relative, resolve } from 'node:path'
import type { Listen } from './addresses.ts'
import type { Config, Https } from './config.ts'
import { contradictions, contradictionsOfDoors } from './contradictions.ts'
import { defaultKeyFile, defaults, defaultStateDir, httpsDefaults } from './defaults.ts'
import type { Surroundings } from './defaults.ts'
import { configFault, findingsOf } from './finding.ts'
import type { Finding, KeyPath, Locate } from './finding.ts'
import { readOverrides } from './overrides.ts'
import type { Overrides } from './overrides.ts'
import { placeRoles } from './place-roles.ts'
import { readYaml } from './read-yaml.ts'
import { settingsSchema } from './schema.ts'
import type { Settings } from './schema.ts'

export interface ConfigText {
  readonly text: string
  /** Absolute; relative paths inside mean its folder. */
  readonly file: string
}

/** What it is read for: `doors`, to let browsers in; `state`, where only what a gate has kept is touched. */
export type Purpose = 'doors' | 'state'

/** Pure: the same text, options and surroundings give the same configuration or the same GateFault `config-invalid`. */
export function makeConfig(
  source: ConfigText | undefined,
  overrides: Overrides,
  surroundings: Surroundings,
  purpose: Purpose = 'doors',
): Config {
  const fromFile =
    source === undefined
      ? { settings: {}, findings: [], locate: () => 'the command line', keysOf: () => [] }
      : readFrom(source, surroundings)
  const ownFiles = fromFile.settings.tls !== undefined
  const fromOptions = read(readOverrides(overrides, { ownFiles }), surroundings.cwd, surroundings)
  const findings = [...fromFile.findings, ...fromOptions.findings]
  if (findings.length > 0) throw configFault(findings)

  const settings = merge(fromFile.settings, fromOptions.settings)
  const locate: Locate = (path) =>
    isSet(fromOptions.settings, path) ? fromOptions.locate(path) : fromFile.locate(path)
  const config = complete(
    settings,
    { locate, limited: fromFile.keysOf(['limits', 'endpoints']) },
    surroundings,
  )
  const contradicting = [
    ...(purpose === 'doors' ? contradictionsOfDoors(config, settings, locate) : []),
    ...contradictions(config, settings, locate),
  ]
  if (contradicting.length > 0) throw configFault(contradicting)
  return config
}

/** What a changed file says about who may do what; the whole file must be right all the same. */
export function makePolicySettings(
  source: ConfigText,
  surroundings: Surroundings,
): Pick<Config, 'roles' | 'policyFiles'> {
  const { settings, findings, locate } = readFrom(source, surroundings)
  if (findings.length > 0) throw configFault(findings)
  return {
    roles: placeRoles(settings.roles ?? defaults.roles, locate),
    policyFiles: settings.policy ?? defaults.policyFiles,
  }
}

/** As short as it stays clear from where the command was typed. */
function nameFile(file: string, cwd: string): string {
  const path = relative(cwd, file)
  return path.startsWith('..') ? file : path
}

function readFrom({ text, file }: ConfigText, surroundings: Surroundings) {
  const yaml = readYaml(text, nameFile(file, surroundings.cwd))
  return { ...read(yaml, dirname(file), surroundings), keysOf: yaml.keysOf }
}

function read(
  { raw, locate }: { readonly raw: unknown; readonly locate: Locate },
  folder: string,
  { home }: Surroundings,
): { settings: Settings; findings: readonly Finding[]; locate: Locate } {
  // An empty file, or one of comments only, says nothing, and that is allowed.
  const parsed = settingsSchema.safeParse(raw ?? {})
  if (!parsed.success) return { settings: {}, findings: findingsOf(parsed.error, raw, locate), locate }
  const absolute = (path: string) =>
    resolve(
      folder,
      path.replace(/^~(?=\/|$)/, () => home),
    )
  const { tls, https, state_dir, key_file, policy, ...rest } = parsed.data
  const settings: Settings = {
    ...rest,
    ...(tls && {
      tls: {
        ...tls,
        ...(tls.cert !== undefined && { cert: absolute(tls.cert) }),
        ...(tls.key !== undefined && { key: absolute(tls.key) }),
      },
    }),
    ...(https && {
      https: { ...https, ...(https.ca_file !== undefined && { ca_file: absolute(https.ca_file) }) },
    }),
    ...(state_dir !== undefined && { state_dir: absolute(state_dir) }),
    ...(key_file !== undefined && { key_file: absolute(key_file) }),
    ...(policy !== undefined && { policy: policy.map(absolute) }),
  }
  return { settings, findings: [], locate }
}

/** Later wins, key by key; a list replaces a list. */
function merge(file: Settings, options: Settings): Settings {
  const group = (name: 'tls' | 'https') =>
    file[name] === undefined && options[name] === undefined
      ? {}
      : { [name]: { ...file[name], ...options[name] } }
  return { ...file, ...options, ...group('tls'), ...group('https') }
}

function isSet(settings: Settings, path: KeyPath): boolean {
  const [first, second] = path
  const value: unknown = settings[first as keyof Settings]
  if (value === undefined || second === undefined) return value !== undefined
  return typeof value === 'object' && value !== null && Object.hasOwn(value, second)
}

interface Written {
  readonly locate: Locate
  /** The names under `limits.endpoints` in their order: the first that fits holds. */
  readonly limited: readonly string[]
}

function complete(settings: Settings, { locate, limited }: Written, surroundings: Surroundings): Config {
  const { upstream } = settings
  if (upstream === undefined) throw configFault([{ where: locate(['upstream']), says: noApp }])
  const listen = settings.listen ?? (settings.https === undefined ? defaults.listen : httpsDefaults.listen)
  const hosts = settings.hosts ?? defaults.hosts
  const https = settings.https && completeHttps(settings.https, { listen, hosts })
  return {
    upstream,
    listen,
    // Whoever wants a certificate for a name wants it served.
    hosts: [...new Set([...hosts, ...(https?.names ?? []).filter((name) => isIP(name) === 0)])],
    ...(settings.auth_host !== undefined && { authHost: settings.auth_host }),
    insecureHttp: settings.insecure_http ?? defaults.insecureHttp,
    embed: settings.embed ?? defaults.embed,
    trustedProxies: settings.trusted_proxies ?? defaults.trustedProxies,
    stateDir: settings.state_dir ?? defaultStateDir(upstream, surroundings),
    keyFile: settings.key_file ?? defaultKeyFile(upstream, surroundings),
    session: {
      idleMs: settings.session?.idle ?? defaults.session.idleMs,
      absoluteMs: settings.session?.absolute ?? defaults.session.absoluteMs,
      twoNetworks: settings.session?.two_networks ?? defaults.session.twoNetworks,
    },
    passwords: {
      least: settings.passwords?.length ?? defaults.passwords.least,
      composition: settings.passwords?.require ?? defaults.passwords.composition,
      ...(typeof settings.passwords?.max_age === 'number' && { maxAgeMs: settings.passwords.max_age }),
    },
    pace: {
      address: settings.pace?.address ?? defaults.pace.address,
      everyone: settings.pace?.everyone ?? defaults.pace.everyone,
      knownBrowser: settings.pace?.known_browser ?? defaults.pace.knownBrowser,
    },
    limits: {
      callBytes: settings.limits?.call ?? defaults.limits.callBytes,
      uploadBytes: settings.limits?.upload ?? defaults.limits.uploadBytes,
      connections: settings.limits?.connections ?? defaults.limits.connections,
      connectionsPerAddress: connectionsPerAddress(settings),
      handshakesPerAddress: settings.limits?.handshakes_per_address ?? defaults.limits.handshakesPerAddress,
      endpoints: makeEndpointLimits(settings.limits?.endpoints ?? {}, limited),
      mixedBatch: settings.limits?.mixed_batch ?? defaults.limits.mixedBatch,
    },
    uploads: {
      maxFiles: settings.uploads?.max_files ?? defaults.uploads.maxFiles,
      ...(settings.uploads?.max_file_size !== undefined && { maxFileBytes: settings.uploads.max_file_size }),
      ...(settings.uploads?.types !== undefined && { types: settings.uploads.types }),
      ...(settings.uploads?.per_day !== undefined && { perDayBytes: settings.uploads.per_day }),
    },
    proof: { ...defaults.proof, ...settings.proof },
    audit: {
      maxBytes: settings.audit?.max_size ?? defaults.audit.maxBytes,
      retentionMs: settings.audit?.retention ?? defaults.audit.retentionMs,
      strangerRecordsPerHour:
        settings.audit?.stranger_records_per_hour ?? defaults.audit.strangerRecordsPerHour,
    },
    assertion: {
      lifetimeMs: settings.assertion?.lifetime ?? defaults.assertion.lifetimeMs,
      ...(settings.assertion?.audience !== undefined && { audience: settings.assertion.audience }),
    },
    inputs: settings.inputs ?? defaults.inputs,
    roles: placeRoles(settings.roles ?? defaults.roles, locate),
    policyFiles: settings.policy ?? defaults.policyFiles,
    answers: makeAnswerRules(settings.answers),
    mcp: { sharedState: settings.mcp?.shared_state ?? defaults.mcp.sharedState },
    acceptRisks: settings.accept_risks ?? defaults.acceptRisks,
    sharedFolders: settings.shared_folders ?? defaults.sharedFolders,
    formTargets: settings.form_targets ?? defaults.formTargets,
    forwardHeaders: settings.forward_headers ?? defaults.forwardHeaders,
    ...(settings.tls?.cert !== undefined &&
      settings.tls.key !== undefined && {
        tls: {
          cert: settings.tls.cert,
          key: settings.tls.key,
          ...(settings.tls.http_listen !== undefined && {
            httpListen: besideAt(listen, settings.tls.http_listen),
          }),
          ...(settings.tls.hsts !== undefined && { hsts: settings.tls.hsts }),
        },
      }),
    ...(https && { https }),
  }
}

/** Half of all, so that it takes more than one address to need them all. */
function connectionsPerAddress({ limits }: Settings): number {
  const all = limits?.connections ?? defaults.limits.connections
  return limits?.connections_per_address ?? Math.max(1, Math.floor(all / 2))
}

function makeEndpointLimits(
  given: NonNullable<NonNullable<Settings['limits']>['endpoints']>,
  order: readonly string[],
): Config['limits']['endpoints'] {
  return order.flatMap((pattern) => {
    const limit = Object.hasOwn(given, pattern) ? given[pattern] : undefined
    if (limit === undefined) return []
    const { rate, concurrent, body } = limit
    return [
      {
        pattern,
        ...(rate !== undefined && { rate }),
        ...(concurrent !== undefined && { concurrent }),
        ...(body !== undefined && { bodyBytes: body }),
      },
    ]
  })
}

function makeAnswerRules(given: Settings['answers']): Config['answers'] {
  const all = {
    errors: given?.errors ?? defaults.answers.all.errors,
    secrets: given?.secrets ?? defaults.answers.all.secrets,
    html: given?.html ?? defaults.answers.all.html,
  }
  const endpoints = Object.entries(given?.endpoints ?? {}).map(([name, one]) => {
    const { errors = all.errors, secrets = all.secrets, html = all.html } = one
    return [name, { errors, secrets, html }] as const
  })
  return { all, endpoints: Object.fromEntries(endpoints) }
}

function completeHttps(
  https: NonNullable<Settings['https']>,
  { listen, hosts }: Pick<Config, 'listen' | 'hosts'>,
): Https {
  return {
    names: [...new Set(https.names ?? hosts)],
    selfSigned: https.self_signed ?? false,
    directory: https.directory ?? httpsDefaults.directory,
    ...(https.email !== undefined && { email: https.email }),
    ...(https.ca_file !== undefined && { caFile: https.ca_file }),
    httpListen: besideAt(listen, https.http_listen ?? httpsDefaults.httpPort),
    hsts: https.hsts ?? httpsDefaults.hsts,
  }
}

function besideAt({ host }: Listen, at: Listen | number | 'off'): Listen | 'off' {
  return typeof at === 'number' ? { host, port: at } : at
}

const noApp =
  'which app? Name its address, as in `sekisho gate http://127.0.0.1:7860`, or write `upstream:` into sekisho.yaml.'

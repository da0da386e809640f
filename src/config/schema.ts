/** Every key of `sekisho.yaml`: what is allowed, in words that stand in the error message. */
import { z } from 'zod'
import { characterKinds, leastPasswordLength } from '../contract/contract.ts'
import {
  parseCertificateName,
  parseDirectory,
  parseEmail,
  parseOtherSite,
  parseForwardHeader,
  parseHostName,
  parseHttpListen,
  parseListen,
  parseNetwork,
  parseUpstream,
} from './addresses.ts'
import { demands, risks } from './config.ts'
import type { Issue } from './issue.ts'
import { parseInputRules } from './parse-input-rules.ts'
import { parseRoles } from './parse-roles.ts'
import {
  parseAudience,
  parseDuration,
  parseFileType,
  parseHsts,
  parseInteger,
  parsePace,
  parsePath,
  parsePaths,
  parseSharedFolder,
  parseRate,
  parseSize,
} from './scalars.ts'

/** A value read by `parse`; `allowed` completes the sentence "allowed is …". */
function value<T>(parse: (found: unknown) => T | undefined, allowed: string) {
  return z
    .unknown()
    .transform((found, context): T => {
      const parsed = parse(found)
      if (parsed !== undefined) return parsed
      context.issues.push({ code: 'custom', message: allowed, input: found })
      return z.NEVER
    })
    .exactOptional()
}

function list<T>(parse: (found: unknown) => T | undefined, allowed: string) {
  const item = z.unknown().transform((found, context): T => {
    const parsed = parse(found)
    if (parsed !== undefined) return parsed
    context.issues.push({ code: 'custom', message: allowed, input: found })
    return z.NEVER
  })
  return z
    .array(item, { error: `a list, each entry ${allowed}` })
    .max(1000, { error: 'a list of at most 1000 entries' })
    .exactOptional()
}

function group<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z
    .strictObject(shape, { error: `a group of the keys ${Object.keys(shape).join(', ')}` })
    .exactOptional()
}

/** A group with a reader of its own, which tells everything that is wrong in it. */
function read<T>(reader: (found: unknown) => { readonly read: T; readonly issues: readonly Issue[] }) {
  return z
    .unknown()
    .transform((found, context): T => {
      const { read: made, issues } = reader(found)
      for (const { path: at, allowed, found: input, unknownKey } of issues)
        context.issues.push({
          code: 'custom',
          path: [...at],
          message: allowed,
          input,
          params: { unknownKey },
        })
      return issues.length === 0 ? made : z.NEVER
    })
    .exactOptional()
}

/** Key and unit are the operator's; `words` names both ends. */
function between(parse: (found: unknown) => number | undefined, least: number, most: number) {
  return (found: unknown): number | undefined => {
    const parsed = parse(found)
    return parsed !== undefined && parsed >= least && parsed <= most ? parsed : undefined
  }
}

/** YAML 1.1 readers take a plain `off` for false, and people write it so. */
function parseMaxAge(found: unknown): number | 'off' | undefined {
  if (found === 'off' || found === false) return 'off'
  return between(parseDuration, 30 * day, 3650 * day)(found)
}

const minute = 60_000
const day = 86_400_000

// NIST SP 800-63B-4 section 2.1.3: a session lasts 30 days at most before the password is asked for again.
const lifetime = value(
  between(parseDuration, minute, 30 * day),
  'a duration from 1m to 30d, such as 45m, 12h or 7d',
)
const pace = value(
  parsePace,
  'a pace such as "5, then 1 per 10s" (5 attempts at once, then 1 per 10 seconds)',
)
const connections = value((found) => parseInteger(found, 1, 1_000_000), 'a whole number from 1 to 1000000')
const yesOrNo = (found: unknown) => (typeof found === 'boolean' ? found : undefined)
const demand = value((found) => demands.find((one) => one === found), `one of ${demands.join(', ')}`)
const httpListen = value(
  parseHttpListen,
  'off, a port, or an IP address and a port, such as 80 or 127.0.0.1:8080',
)
const hsts = value(parseHsts, 'off, or a duration in whole seconds such as 365d')
const path = (what: string) => value(parsePath, `the path of ${what}`)

const answerRule = {
  errors: value<'reference' | 'show'>(
    (found) => (found === 'reference' || found === 'show' ? found : undefined),
    'reference or show',
  ),
  html: value<'pass' | 'sanitize'>(
    (found) => (found === 'pass' || found === 'sanitize' ? found : undefined),
    'pass or sanitize',
  ),
  secrets: value<'withhold' | 'pass'>(
    (found) => (found === 'withhold' || found === 'pass' ? found : undefined),
    'withhold or pass',
  ),
}

const endpointLimits = z
  .record(
    z.string().regex(/^[^\s/\p{C}][^\p{C}]{0,199}$/u),
    z.strictObject(
      {
        rate: value(parseRate, 'a rate such as 10/min, or a pace such as "5, then 1 per 10s"'),
        concurrent: value((found) => parseInteger(found, 1, 10_000), 'a whole number from 1 to 10000'),
        body: value(between(parseSize, 1, 1e9), 'a size up to 1GB, such as 1MB'),
      },
      { error: 'a group of the keys rate, concurrent, body' },
    ),
    {
      error:
        'a mapping of endpoint names, without a slash before them (* stands for any text), to their limits',
    },
  )
  .exactOptional()

export const settingsSchema = z.strictObject(
  {
    upstream: value(
      parseUpstream,
      'the URL of the app, such as http://127.0.0.1:7860, without user name, password, query or fragment',
    ),
    listen: value(
      parseListen,
      'a port, or an IP address and a port, such as 8484, 127.0.0.1:8484 or "[::1]:8484"',
    ),
    hosts: list(parseHostName, 'a host name such as demo.example.org, without scheme, port or *'),
    auth_host: value(parseHostName, 'a host name such as login.example.org, without scheme, port or *'),
    tls: group({ cert: path('a PEM certificate'), key: path('a PEM key'), http_listen: httpListen, hsts }),
    https: group({
      names: list(
        parseCertificateName,
        'a host name or an IP address such as demo.example.org or 203.0.113.7, without scheme, port or *',
      ),
      self_signed: value(yesOrNo, 'true or false'),
      directory: value(parseDirectory, 'the https URL of an ACME directory'),
      email: value(parseEmail, 'one e-mail address'),
      ca_file: path('a PEM certificate'),
      http_listen: httpListen,
      hsts,
    }),
    insecure_http: value(yesOrNo, 'true or false'),
    embed: list(
      parseOtherSite,
      'the origin of a site, https and without a path, such as https://portal.example.org',
    ),
    trusted_proxies: list(
      parseNetwork,
      'an address or a network such as 10.1.2.3 or 10.1.0.0/16, with no bits set beyond its length and not everybody (/0)',
    ),
    state_dir: path('a folder'),
    key_file: path('a file'),
    session: group({
      idle: lifetime,
      absolute: lifetime,
      two_networks: value<'record' | 'end'>(
        (found) => (found === 'record' || found === 'end' ? found : undefined),
        'record or end',
      ),
    }),
    passwords: group({
      length: value(
        (found) => parseInteger(found, leastPasswordLength, 64),
        `a whole number from ${leastPasswordLength} to 64 (a password that stands alone has at least ${leastPasswordLength}: NIST SP 800-63B-4)`,
      ),
      require: list(
        (found) => characterKinds.find((kind) => kind === found),
        `one of ${characterKinds.join(', ')}`,
      ),
      max_age: value(parseMaxAge, 'off, or a duration from 30d to 3650d'),
    }),
    pace: group({ address: pace, everyone: pace, known_browser: pace }),
    limits: group({
      call: value(between(parseSize, 1e3, 1e9), 'a size from 1kB to 1GB, such as 10MB'),
      upload: value(between(parseSize, 1e3, 1e15), 'a size of at least 1kB, such as 200MB or 4GB'),
      connections,
      connections_per_address: connections,
      handshakes_per_address: pace,
      endpoints: endpointLimits,
      mixed_batch: value(yesOrNo, 'true or false'),
    }),
    uploads: group({
      max_files: value((found) => parseInteger(found, 1, 1000), 'a whole number from 1 to 1000'),
      max_file_size: value(between(parseSize, 1, 1e15), 'a size such as 20MB'),
      types: list(
        parseFileType,
        'a media type such as image/png or image/*, or an extension such as .csv, in lower case',
      ),
      per_day: value(between(parseSize, 1e3, 1e15), 'a size of at least 1kB, such as 2GB'),
    }),
    proof: group({ calls: demand, files: demand, tokens: demand }),
    audit: group({
      max_size: value(between(parseSize, 1e6, 1e15), 'a size of at least 1MB, such as 256MB'),
      retention: value(between(parseDuration, day, 3650 * day), 'a duration from 1d to 3650d, such as 180d'),
      stranger_records_per_hour: value(
        (found) => parseInteger(found, 0, 1_000_000),
        'a whole number from 0 to 1000000',
      ),
    }),
    assertion: group({
      audience: value(
        parseAudience,
        'a name for the app of 1 to 200 visible ASCII characters, such as https://demo.example.org',
      ),
      lifetime: value(between(parseDuration, minute, day), 'a duration from 1m to 1d, such as 1h'),
    }),
    inputs: read(parseInputRules),
    answers: group({
      ...answerRule,
      endpoints: z
        .record(
          z.string().regex(/^[^/]/),
          z.strictObject(answerRule, { error: 'a group of the keys errors, secrets, html' }),
          { error: 'a mapping of endpoint names, without a slash before them, to errors, secrets and html' },
        )
        .exactOptional(),
    }),
    mcp: group({ shared_state: value(yesOrNo, 'true or false') }),
    accept_risks: list((found) => risks.find((risk) => risk === found), `one of ${risks.join(', ')}`),
    roles: read(parseRoles),
    policy: value(parsePaths, 'the path of a Cedar file, or a list of them'),
    shared_folders: list(
      parseSharedFolder,
      "an absolute folder on the app's machine such as /srv/app/reports, not / and not one in which Gradio keeps uploads (/tmp, /tmp/gradio)",
    ),
    form_targets: list(
      parseOtherSite,
      'the origin of a site, https and without a path, such as https://pay.example.org',
    ),
    forward_headers: list(
      parseForwardHeader,
      'the name of a header that the app reads, such as x-team; not one that frames the message or speaks for somebody',
    ),
  },
  { error: 'a mapping of keys to values' },
)

/** The same keys as the file, values read; whatever wasn't written is absent. */
export type Settings = z.output<typeof settingsSchema>

/** The keys by the folder they stand in: '' for the top. */
export const knownKeys: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(settingsSchema.shape),
  ...Object.fromEntries(
    (
      [
        'tls',
        'https',
        'session',
        'passwords',
        'pace',
        'limits',
        'uploads',
        'proof',
        'audit',
        'assertion',
        'mcp',
      ] as const
    ).map((name) => [name, Object.keys(settingsSchema.shape[name].unwrap().shape)]),
  ),
}

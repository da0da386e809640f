/** Command-line options as configuration: which option sets which key. */
import type { KeyPath, Locate } from './finding.ts'

/** Option names without dashes, as the command line spells them. A list replaces the file's list. */
export const optionKeys = {
  upstream: ['upstream'],
  listen: ['listen'],
  host: ['hosts'],
  'tls-cert': ['tls', 'cert'],
  'tls-key': ['tls', 'key'],
  https: ['https'],
  'https-name': ['https', 'names'],
  'self-signed': ['https', 'self_signed'],
  'acme-directory': ['https', 'directory'],
  'acme-email': ['https', 'email'],
  'acme-ca': ['https', 'ca_file'],
  'http-listen': ['https', 'http_listen'],
  'insecure-http': ['insecure_http'],
  'trusted-proxy': ['trusted_proxies'],
  'state-dir': ['state_dir'],
  'key-file': ['key_file'],
  'accept-risk': ['accept_risks'],
} as const satisfies Record<string, KeyPath>

export type OptionName = keyof typeof optionKeys
export type Overrides = Readonly<Partial<Record<OptionName, string | boolean | readonly string[]>>>

/** How the command line says it. */
function spell(name: OptionName): string {
  if (name === 'upstream') return 'the address of the app'
  return name === 'https-name' ? '--https' : `--${name}`
}

/** The options in the shape of the file, and the option that a key came from. */
export function readOverrides(
  overrides: Overrides,
  file: { readonly ownFiles: boolean },
): { readonly raw: unknown; readonly locate: Locate } {
  const ownFiles = file.ownFiles || overrides['tls-cert'] !== undefined
  const raw: Record<string, unknown> = {}
  const origins = new Map<string, string>()
  for (const name of Object.keys(optionKeys) as OptionName[]) {
    const value = overrides[name]
    if (value === undefined) continue
    const [usual, second] = optionKeys[name] as readonly [string, string?]
    // The one option that both groups know.
    const first = name === 'http-listen' && ownFiles ? 'tls' : usual
    origins.set([first, second].filter((part) => part !== undefined).join('.'), spell(name))
    // As a flag it is the group with nothing in it; the other options fill it.
    if (name === 'https') raw[first] = {}
    else if (second === undefined) raw[first] = value
    else raw[first] = { ...(raw[first] as Record<string, unknown> | undefined), [second]: value }
  }
  const locate: Locate = (path) => {
    for (let length = path.length; length > 0; length--) {
      const origin = origins.get(path.slice(0, length).join('.'))
      if (origin !== undefined) return origin
    }
    return 'the command line'
  }
  return { raw, locate }
}

/** Command-line options as configuration: which option sets which key. */
import type { KeyPath, Locate } from './finding.ts'

/** Option names without dashes, as the command line spells them. A list replaces the file's list. */
export const optionKeys = {
  upstream: ['upstream'],
  listen: ['listen'],
  host: ['hosts'],
  'tls-cert': ['tls', 'cert'],
  'tls-key': ['tls', 'key'],
  'insecure-http': ['insecure_http'],
  'trusted-proxy': ['trusted_proxies'],
  'state-dir': ['state_dir'],
  'key-file': ['key_file'],
  'accept-risk': ['accept_risks'],
} as const satisfies Record<string, KeyPath>

export type OptionName = keyof typeof optionKeys
export type Overrides = Readonly<Partial<Record<OptionName, string | boolean | readonly string[]>>>

/** The options in the shape of the file, and the option that a key came from. */
export function readOverrides(overrides: Overrides): { readonly raw: unknown; readonly locate: Locate } {
  const raw: Record<string, unknown> = {}
  const origins = new Map<string, string>()
  for (const name of Object.keys(optionKeys) as OptionName[]) {
    const value = overrides[name]
    if (value === undefined) continue
    const [first, second] = optionKeys[name] as readonly [string, string?]
    origins.set([first, second].filter((part) => part !== undefined).join('.'), `--${name}`)
    if (second === undefined) raw[first] = value
    else raw[first] = { ...(raw[first] as Record<string, unknown> | undefined), [second]: value }
  }
  const locate: Locate = (path) => {
    for (let length = path.length; length > 0; length--) {
      const origin = origins.get(path.slice(0, length).join('.'))
      if (origin !== undefined) return origin === '--upstream' ? 'the address of the app' : origin
    }
    return 'the command line'
  }
  return { raw, locate }
}

/** The options by which a command finds its configuration. */
import type { Command } from 'commander'
import type { Config } from '../config/config.ts'
import { loadConfig, readConfigFile } from '../config/load.ts'
import type { Purpose } from '../config/make-config.ts'
import { findOnlyGate } from '../config/only-gate.ts'
import type { OptionName, Overrides } from '../config/overrides.ts'
import { collect, flag, listOption, textOption } from './command.ts'
import type { Given } from './command.ts'
import type { CommandContext } from './context.ts'

/** For commands that touch the state of a gate: which gate? */
export function declareWhichGate(command: Command): Command {
  return command
    .option('--config <file>', 'configuration (default: sekisho.yaml here, if there is one)')
    .option('--upstream <url>', 'the app, when there is no configuration; it tells which state is meant')
    .option('--state-dir <folder>', 'where database and audit log are')
    .option('--key-file <file>', 'where the set-up key is')
}

/** For the gate itself: everything that a command line may set. */
export function declareAll(command: Command): Command {
  return command
    .option(
      '--listen <address>',
      'port, or address and port (default: 127.0.0.1:8484; with --https: [::]:443)',
    )
    .option('--config <file>', 'configuration (default: sekisho.yaml here, if there is one)')
    .option(
      '--https [name]',
      'serve HTTPS and see to the certificate: for this name or IP address, or as --host says',
    )
    .option('--self-signed', 'with --https: make the certificate here, and print its fingerprint')
    .option('--acme-directory <url>', "with --https: the CA (default: Let's Encrypt)")
    .option('--acme-email <address>', 'with --https: where the CA may write to')
    .option('--acme-ca <file>', 'with --https: PEM certificate that vouches for a private CA itself')
    .option(
      '--http-listen <address>',
      'plain HTTP that leads to HTTPS, or off (default: port 80 with --https, off with --tls-cert)',
    )
    .option('--tls-cert <file>', 'PEM certificate chain: serve HTTPS')
    .option('--tls-key <file>', 'PEM key of the certificate')
    .option('--insecure-http', 'accept plain HTTP beyond this machine; see below for what is lost')
    .option('--trusted-proxy <network>', 'proxy whose X-Forwarded-* is believed (repeatable)', collect)
    .option('--host <name>', 'host name that browsers use (repeatable)', collect)
    .option('--state-dir <folder>', 'where database and audit log go')
    .option('--key-file <file>', 'where the set-up key goes; not inside the state folder')
    .option('--accept-risk <name>', 'start in front of an app that undoes the gate (repeatable)', collect)
}

/** `upstream` is the app's address where the command takes it as an argument. */
export async function configOf(
  given: Given,
  { surroundings }: CommandContext,
  purpose: Purpose,
  upstream = textOption(given, 'upstream'),
): Promise<Config> {
  return loadConfig(textOption(given, 'config'), overridesOf(given, upstream), surroundings, purpose)
}

/** For commands on what a gate has kept: the only gate there is, when neither option nor file names one. */
export async function operatorConfigOf(
  given: Given,
  context: CommandContext,
  purpose: Purpose = 'state',
): Promise<Config> {
  const { surroundings } = context
  const named = textOption(given, 'upstream')
  const file = await readConfigFile(textOption(given, 'config'), surroundings)
  if (named !== undefined || file !== undefined) return configOf(given, context, purpose)
  const placed = textOption(given, 'stateDir') !== undefined && textOption(given, 'keyFile') !== undefined
  // With both places given, the app's address decides nothing any more.
  return configOf(given, context, purpose, placed ? 'http://127.0.0.1' : await findOnlyGate(surroundings))
}

function overridesOf(given: Given, upstream: string | undefined): Overrides {
  const name = textOption(given, 'https')
  const values: Record<OptionName, Overrides[OptionName]> = {
    upstream,
    listen: textOption(given, 'listen'),
    host: listOption(given, 'host'),
    'tls-cert': textOption(given, 'tlsCert'),
    'tls-key': textOption(given, 'tlsKey'),
    https: given.options['https'] === undefined ? undefined : true,
    // One certificate for all of them.
    'https-name': name === undefined ? undefined : [name, ...(listOption(given, 'host') ?? [])],
    'self-signed': flag(given, 'selfSigned') ? true : undefined,
    'acme-directory': textOption(given, 'acmeDirectory'),
    'acme-email': textOption(given, 'acmeEmail'),
    'acme-ca': textOption(given, 'acmeCa'),
    'http-listen': textOption(given, 'httpListen'),
    'insecure-http': flag(given, 'insecureHttp') ? true : undefined,
    'trusted-proxy': listOption(given, 'trustedProxy'),
    'state-dir': textOption(given, 'stateDir'),
    'key-file': textOption(given, 'keyFile'),
    'accept-risk': listOption(given, 'acceptRisk'),
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

/** `sekisho gate`: the server. First run: sets the password; then listens until told to stop. */
import { checkListen, lostWithoutTls } from '../../config/check-listen.ts'
import type { Exposure } from '../../config/check-listen.ts'
import type { Config } from '../../config/config.ts'
import { GateFault } from '../../kit/fault.ts'
import type { Secret } from '../../kit/secret.ts'
import { flag, positional, textOption } from '../command.ts'
import type { CliCommand, Given } from '../command.ts'
import { configOf, declareAll } from '../config-options.ts'
import type { CommandContext } from '../context.ts'
import type { RunningGate } from '../parts.ts'
import { exitCodes } from '../exit-codes.ts'
import { printableJson } from '../printable.ts'
import { passwordSource, readPassword, takePassword } from '../take-password.ts'
import type { PasswordSource } from '../take-password.ts'
import { wantedPassword } from '../wanted-password.ts'

export const gate: CliCommand = {
  words: ['gate'],
  summary: 'put the login in front of an app and serve it',
  examples: [
    ['sekisho gate http://127.0.0.1:7860', 'asks for a password the first time'],
    ['sekisho gate http://127.0.0.1:7860 --generate-password', 'makes one the first time and prints it once'],
    ['sekisho gate', 'everything from sekisho.yaml in this folder'],
    [
      'sekisho gate http://127.0.0.1:7860 --https demo.example.org',
      'HTTPS for the network, with a certificate that it obtains and renews',
    ],
    [
      'sekisho gate http://127.0.0.1:7860 --https --self-signed',
      'HTTPS with a certificate of its own making',
    ],
    [
      'sekisho gate --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem',
      'HTTPS with your certificate',
    ],
  ],
  declare: (command) =>
    declareAll(command.argument('[url]', 'address of the app (upstream: in sekisho.yaml)'))
      .option('--password-stdin', 'first run: read the password from standard input')
      .option('--generate-password', 'first run: make a pass-phrase and print it once')
      .option('--json', 'print password (if one is made) and addresses as JSON, a line each')
      .addHelpText('after', `\nAbout --insecure-http:\n${wrap(lostWithoutTls)}`),
  async run(given, context) {
    const source = passwordSource({
      stdin: flag(given, 'passwordStdin'),
      generate: flag(given, 'generatePassword') ? '--generate-password' : false,
    })
    const { app, options } = untangle(given)
    const config = await configOf({ ...given, options }, context, 'doors', app)
    const exposure = checkListen(config)
    await preparePassword(config, source, { given, context })
    // From here on a signal ends things in order, also while the gate is still starting.
    const stopping = new AbortController()
    const stopped = context.stopped().finally(() => stopping.abort())
    const running = await context.parts.runGate(config, stopping.signal).catch((fault: unknown) => {
      // Whoever stopped it while it waited for a CA wants to hear no more of that.
      if (stopping.signal.aborted) return undefined
      throw fault
    })
    if (running === undefined) return exitCodes.ok
    try {
      announce(config, exposure, running, { given, context })
      await stopped
      context.terminal.say('Stopping. Once more to end at once.')
    } finally {
      await running.stop()
    }
    return exitCodes.ok
  },
}

/** `--https http://127.0.0.1:7860` is the flag before the app: a name is never a URL. */
function untangle(given: Given): { readonly app: string | undefined; readonly options: Given['options'] } {
  const app = positional(given, 0)
  const taken = textOption(given, 'https')
  if (app !== undefined || taken?.includes('://') !== true) return { app, options: given.options }
  return { app: taken, options: { ...given.options, https: true } }
}

interface Call {
  readonly given: Given
  readonly context: CommandContext
}

/** Sees to it that a password is set. */
async function preparePassword(
  config: Config,
  source: PasswordSource,
  { given, context }: Call,
): Promise<void> {
  const state = await context.parts.openState(config, 'existing-or-new')
  try {
    if (!(await state.hasPassword())) {
      // Also when a password was handed over: one that the operator removed must not come back at the next start.
      if (await state.users.any()) {
        context.terminal.say(
          'Users sign in by name; there is no shared password (to set one: sekisho password set).',
        )
        return
      }
      const { password, generated } = await takePassword(source, context, wantedPassword(config))
      await state.setPassword(password)
      // Now and not with the addresses: if the gate fails to start, the password is set all the same.
      if (generated) showOnce(password, { given, context })
    } else if (source === 'stdin') {
      // A service hands over the same password at every start; another one is a change, which ends sessions.
      const password = await readPassword(context)
      if (!(await state.matchesPassword(password))) throw otherPassword()
    }
  } finally {
    await state.close()
  }
}

function otherPassword(): GateFault {
  return new GateFault(
    'usage',
    'Another password is set already. To change it, which signs everybody out, use: sekisho password set --password-stdin',
  )
}

function showOnce(password: Secret, { given, context: { terminal } }: Call): void {
  if (flag(given, 'json')) terminal.print(printableJson({ password: password.reveal() }))
  else terminal.print(`Password, shown only this once:\n  ${password.reveal()}`)
}

function announce(
  config: Config,
  exposure: Exposure,
  { addresses, fingerprint }: RunningGate,
  { given, context: { terminal } }: Call,
): void {
  if (exposure.kind === 'insecure')
    terminal.say(`Warning: plain HTTP beyond this machine. ${exposure.warning}`)
  if (flag(given, 'json')) {
    terminal.print(
      printableJson({
        addresses,
        app: config.upstream.href,
        ...(fingerprint !== undefined && { fingerprint }),
      }),
    )
    return
  }
  terminal.print(`The gate stands in front of ${config.upstream.href}`)
  for (const address of addresses) terminal.print(`  ${address}`)
  if (fingerprint !== undefined) {
    terminal.print(`Fingerprint (SHA-256) of the self-signed certificate:\n  ${fingerprint}`)
    terminal.say('Browsers warn. Compare the fingerprint with what the browser shows before you go on.')
  }
  terminal.say('Ctrl-C stops it.')
}

/** For the help text, 100 columns. */
function wrap(text: string): string {
  return text.replace(/(.{1,98})(?:\s+|$)/g, '  $1\n').trimEnd()
}

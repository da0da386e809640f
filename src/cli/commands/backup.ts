/** `sekisho backup`: database, set-up key and, if asked, the audit log as one encrypted file; the gate may run on. */
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { failed } from '../../backup/faults.ts'
import type { BackupMade } from '../../backup/make-backup.ts'
import type { Target } from '../../backup/target.ts'
import { GateFault } from '../../kit/fault.ts'
import type { Secret } from '../../kit/secret.ts'
import { flag, positional } from '../command.ts'
import type { CliCommand, Given } from '../command.ts'
import { operatorConfigOf, declareWhichGate } from '../config-options.ts'
import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { printable, printableJson } from '../printable.ts'
import { checkWays, takeNewPassphrase } from '../take-passphrase.ts'

export const backup: CliCommand = {
  words: ['backup'],
  summary: 'write database and set-up key to an encrypted file; the gate may run on',
  examples: [
    ['sekisho backup /mnt/usb/sekisho.age', 'asks for a pass-phrase twice'],
    ['sekisho backup sekisho.age --generate', 'makes a pass-phrase and prints it once'],
    [
      'sekisho backup "$(date +%F).age" --with-audit --passphrase-stdin < /etc/sekisho/backup-passphrase',
      'from a timer',
    ],
    ['pass show backup | sekisho backup - --passphrase-stdin | ssh host "cat > sekisho.age"', 'to elsewhere'],
  ],
  declare: (command) =>
    declareWhichGate(command.argument('<file>', 'where to write it, or - for standard output'))
      .option('--with-audit', 'take the audit log along; without it only what it must end with')
      .option('--passphrase-stdin', 'read the pass-phrase from standard input')
      .option('--generate', 'make a pass-phrase and print it once')
      .option('--force', 'replace the file if there is one')
      .option('--json', 'answer as JSON'),
  async run(given, context) {
    const ways = { stdin: flag(given, 'passphraseStdin'), generate: flag(given, 'generate') }
    checkWays(ways)
    const target = targetOf(given, context)
    const config = await operatorConfigOf(given, context)
    let generated: Secret | undefined
    const passphrase = async () => {
      const taken = await takeNewPassphrase(ways, context)
      if (ways.generate) generated = taken
      // Before the file exists: nobody should have a backup without its pass-phrase.
      if (ways.generate && !flag(given, 'json')) await showOnce(taken, target, context)
      return taken
    }
    const withAudit = flag(given, 'withAudit')
    const made = await context.parts.backup(config, { target, withAudit, passphrase })
    const file = target.kind === 'file' ? target.path : undefined
    if (flag(given, 'json')) {
      const { backup: name, madeAt, segments, bytes } = made
      const answer = printableJson({
        backup: name,
        file,
        bytes,
        madeAt: new Date(madeAt).toISOString(),
        auditFiles: segments,
        ...(generated !== undefined && { passphrase: generated.reveal() }),
      })
      await hand(answer, `${file ?? 'The backup'} is written, but this answer reached nobody`, context)
    } else context.terminal.say(inWords(made, file, withAudit))
    return exitCodes.ok
  },
}

function inWords({ segments }: BackupMade, file: string | undefined, withAudit: boolean): string {
  const audit = withAudit
    ? `${segments} files of the audit log`
    : 'what the audit log must end with (its records only with --with-audit)'
  const where = file === undefined ? 'The backup is written' : `Written: ${printable(file)}`
  return (
    `${where}. In it: accounts, sessions and tokens, the set-up key, ${audit}. Not in it: sekisho.yaml, policies, ` +
    'certificates. Keep a copy on another machine, and the pass-phrase apart from both.'
  )
}

function targetOf(given: Given, { terminal, surroundings }: CommandContext): Target {
  const named = positional(given, 0) ?? ''
  if (named !== '-') {
    if (named === '') throw new GateFault('usage', 'The name of the file is empty.')
    return { kind: 'file', path: resolve(surroundings.cwd, named), replace: flag(given, 'force') }
  }
  const { sendBytes } = terminal
  if (sendBytes === undefined) {
    throw new GateFault(
      'usage',
      'A backup is not for reading: standard output is a terminal. Name a file, or send it on with a pipe.',
    )
  }
  if (flag(given, 'json'))
    throw new GateFault('usage', "--json and the backup can't both go to standard output: name a file.")
  return { kind: 'stream', write: sendBytes }
}

async function showOnce(passphrase: Secret, target: Target, context: CommandContext): Promise<void> {
  const words = `Pass-phrase of this backup, shown only this once:\n  ${passphrase.reveal()}`
  if (target.kind === 'stream') context.terminal.say(words)
  else await hand(words, 'No backup was made, since its pass-phrase reached nobody', context)
}

/** Not as `print` does it, where a reader that leaves has had enough: without these words the backup is worth nothing. */
async function hand(text: string, otherwise: string, { terminal }: CommandContext): Promise<void> {
  if (terminal.sendBytes === undefined) {
    terminal.print(text)
    return
  }
  try {
    await terminal.sendBytes(Readable.from([Buffer.from(`${text}\n`)]))
  } catch (cause) {
    throw failed(otherwise, cause)
  }
}

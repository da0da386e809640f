/** `sekisho restore`: puts a backup in place, on an empty machine or in place of what is there. */
import { resolve } from 'node:path'
import type { Restored } from '../../backup/restore.ts'
import { flag, positional } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { operatorConfigOf, declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { printable, printableJson } from '../printable.ts'
import { takeOldPassphrase } from '../take-passphrase.ts'

export const restore: CliCommand = {
  words: ['restore'],
  summary: 'put a backup in place; everybody has to sign in again',
  examples: [
    ['sekisho restore sekisho.age', 'for the gate of the sekisho.yaml in this folder'],
    ['sekisho restore sekisho.age --upstream http://127.0.0.1:7860', 'where there is no sekisho.yaml'],
    ['sekisho restore sekisho.age --force', 'moves aside what is there; the gate has to be stopped'],
  ],
  declare: (command) =>
    declareWhichGate(command.argument('<file>', 'what sekisho backup wrote'))
      .option('--passphrase-stdin', 'read the pass-phrase from standard input')
      .option('--force', 'move aside the state and the key that are there')
      .option('--json', 'answer as JSON'),
  async run(given, context) {
    const file = resolve(context.surroundings.cwd, positional(given, 0) ?? '')
    const config = await operatorConfigOf(given, context)
    const restored = await context.parts.restore(config, {
      file,
      force: flag(given, 'force'),
      passphrase: () => takeOldPassphrase(flag(given, 'passphraseStdin'), context),
    })
    if (flag(given, 'json')) context.terminal.print(printableJson(restored))
    else for (const line of inWords(restored)) context.terminal.say(printable(line))
    return exitCodes.ok
  },
}

function inWords(restored: Restored): readonly string[] {
  const { madeAt, sekisho, stateDir, keyFile, aside, absent, auditFiles } = restored
  return [
    `Restored: the backup made ${madeAt} by sekisho ${sekisho}.`,
    `  state: ${stateDir}`,
    keyFile === undefined
      ? '  key: as before, from the environment variable SEKISHO_KEY'
      : `  key: ${keyFile}`,
    ...(aside === undefined ? [] : [`  what was there before is kept under the name ${aside}`]),
    `Every session has ended (${restored.sessionsEnded}), and open invitations are revoked (${restored.invitationsRevoked}).`,
    'Users disabled or removed since that day are back, and so are revoked API tokens and old passwords: look through',
    '  `sekisho user list` and `sekisho token list` before you open the gate.',
    auditFiles > 0
      ? `The audit log has ${auditFiles} files of before; ${absent} are not in the backup.`
      : `The audit log begins anew: ${absent} files of before are not in the backup, only what they must end with.`,
    'Not in a backup: sekisho.yaml, policy files, certificates, the app. Put them back, then start the gate as before',
    '  (`sekisho gate …`). `sekisho audit verify` checks the log.',
  ]
}

/** `sekisho password remove`: from now on only users sign in. */
import { GateFault } from '../../kit/fault.ts'
import { flag } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { withUsers } from '../find-user.ts'
import { printableJson } from '../printable.ts'

export const removePassword: CliCommand = {
  words: ['password', 'remove'],
  summary: 'take the shared password away: from then on only users sign in',
  examples: [['sekisho password remove', 'whoever signed in with it is signed out']],
  declare: (command) =>
    declareWhichGate(command)
      .option('-y, --yes', 'also when no user could sign in')
      .option('--json', 'answer as JSON'),
  async run(given, context) {
    return withUsers(given, context, async ({ state, users }) => {
      const able = (await users.list()).some((user) => user.state === 'active')
      if (!able && !flag(given, 'yes')) {
        throw new GateFault(
          'usage',
          'No user has a password yet, so nobody could sign in any more. Add one first (sekisho user add NAME), or say --yes.',
        )
      }
      const sessionsEnded = await state.removePassword()
      if (sessionsEnded === undefined) throw new GateFault('usage', 'No shared password is set.')
      if (flag(given, 'json')) context.terminal.print(printableJson({ sessionsEnded }))
      else context.terminal.say(`The shared password is gone. Sessions ended: ${String(sessionsEnded)}.`)
      return exitCodes.ok
    })
  },
}

/** `sekisho user unlock`: forgets failed attempts, so that new browsers may try again. */
import { flag, positional } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { findUser, withUsers } from '../find-user.ts'
import { printableJson } from '../printable.ts'

export const unlockUser: CliCommand = {
  words: ['user', 'unlock'],
  summary: 'forget failed sign-ins, so that browsers which never signed in may try again',
  examples: [['sekisho user unlock bob', 'after somebody tried too many passwords under that name']],
  declare: (command) =>
    declareWhichGate(command.argument('<name>', 'name of the user')).option('--json', 'answer as JSON'),
  async run(given, context) {
    return withUsers(given, context, async ({ users }) => {
      const user = await findUser(users, positional(given, 0))
      const unlocked = await users.change(() => users.unlock(user))
      if (flag(given, 'json')) context.terminal.print(printableJson({ user: user.name, unlocked }))
      else context.terminal.say(unlocked ? 'Unlocked.' : 'No failed sign-in was counted.')
      return exitCodes.ok
    })
  },
}

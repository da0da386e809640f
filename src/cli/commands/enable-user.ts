/** `sekisho user enable`: a disabled user signs in again, with the same password and tokens. */
import { GateFault } from '../../kit/fault.ts'
import { flag, positional } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { findUser, withUsers } from '../find-user.ts'
import { printableJson } from '../printable.ts'

export const enableUser: CliCommand = {
  words: ['user', 'enable'],
  summary: 'let a disabled user in again, with the same password and tokens',
  examples: [['sekisho user enable bob', 'open sessions do not come back']],
  declare: (command) =>
    declareWhichGate(command.argument('<name>', 'name of the user')).option('--json', 'answer as JSON'),
  async run(given, context) {
    return withUsers(given, context, async ({ users }) => {
      const user = await findUser(users, positional(given, 0))
      if (!(await users.change(() => users.enable(user)))) {
        throw new GateFault('usage', `The user ${user.name} is not disabled.`)
      }
      if (flag(given, 'json')) context.terminal.print(printableJson({ user: user.name, enabled: true }))
      else context.terminal.say('Enabled.')
      return exitCodes.ok
    })
  },
}

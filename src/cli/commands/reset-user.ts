/** `sekisho user reset`: the password stops working at once; a link lets the user set a new one. */
import { positional } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { findEnabledUser, withUsers } from '../find-user.ts'
import { atHelp, originForLinks, showInvitation } from '../invitation-words.ts'

export const resetUser: CliCommand = {
  words: ['user', 'reset'],
  summary: "void a user's password, end their sessions and print a link for a new password",
  examples: [['sekisho user reset bob', 'for a forgotten or stolen password']],
  declare: (command) =>
    declareWhichGate(command.argument('<name>', 'name of the user'))
      .option('--at <origin>', atHelp)
      .option('--json', 'answer as JSON'),
  async run(given, context) {
    return withUsers(given, context, async ({ users, config }) => {
      const user = await findEnabledUser(users, positional(given, 0))
      const origin = await originForLinks({ given, context }, config, await users.reach())
      await users.change(async () => {
        const { tokens } = await users.show(user)
        const reset = await users.reset(user)
        const { sessionsEnded } = reset
        showInvitation(reset, origin, { given, context }, { user: user.name, sessionsEnded, tokens })
        context.terminal.say(
          `The old password no longer works. Sessions ended: ${String(sessionsEnded)}.` +
            (tokens === 0 ? '' : ` API tokens that still work: ${String(tokens)}; see: sekisho token list`),
        )
      })
      return exitCodes.ok
    })
  },
}

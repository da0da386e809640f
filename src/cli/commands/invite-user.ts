/** `sekisho user invite`: a new link in place of the open one, or none any more. */
import { flag, positional } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { findEnabledUser, findUser, withUsers } from '../find-user.ts'
import { atHelp, originForLinks, showInvitation } from '../invitation-words.ts'
import { printableJson } from '../printable.ts'

export const inviteUser: CliCommand = {
  words: ['user', 'invite'],
  summary: 'print a new invitation link for a user, in place of an earlier one',
  examples: [
    ['sekisho user invite bob', 'a fresh link; the earlier one stops working'],
    ['sekisho user invite --revoke bob', 'the open link stops working, no new one is made'],
  ],
  declare: (command) =>
    declareWhichGate(command.argument('<name>', 'name of the user'))
      .option('--at <origin>', atHelp)
      .option('--revoke', 'only take the open link back')
      .option('--json', 'answer as JSON'),
  async run(given, context) {
    return withUsers(given, context, async ({ users, config }) => {
      if (flag(given, 'revoke')) {
        const user = await findUser(users, positional(given, 0))
        const revoked = await users.change(() => users.revokeInvitation(user))
        if (flag(given, 'json')) context.terminal.print(printableJson({ user: user.name, revoked }))
        else context.terminal.say(revoked ? 'The link no longer works.' : `No link of ${user.name} was open.`)
        return exitCodes.ok
      }
      const user = await findEnabledUser(users, positional(given, 0))
      const origin = await originForLinks({ given, context }, config, await users.reach())
      await users.change(async () => {
        showInvitation(await users.invite(user), origin, { given, context }, { user: user.name })
      })
      return exitCodes.ok
    })
  },
}

/** `sekisho user disable`: sessions end, tokens stop working, nobody signs in; nothing is forgotten. */
import { GateFault } from '../../kit/fault.ts'
import { flag, positional } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { findUser, withUsers } from '../find-user.ts'
import { warnIfNobodyIsLeft } from '../nobody-left.ts'
import { printableJson } from '../printable.ts'

export const disableUser: CliCommand = {
  words: ['user', 'disable'],
  summary: 'keep a user out: sessions end, tokens stop working, until enabled again',
  examples: [['sekisho user disable bob', 'a running gate obeys within a second']],
  declare: (command) =>
    declareWhichGate(command.argument('<name>', 'name of the user')).option('--json', 'answer as JSON'),
  async run(given, context) {
    return withUsers(given, context, async ({ state, users }) => {
      const user = await findUser(users, positional(given, 0))
      const { tokens } = await users.show(user)
      const ended = await users.change(() => users.disable(user))
      if (ended === undefined) throw new GateFault('usage', `The user ${user.name} is disabled already.`)
      const { sessions } = ended
      if (flag(given, 'json')) {
        context.terminal.print(
          printableJson({ user: user.name, sessionsEnded: sessions, tokensStopped: tokens }),
        )
      } else {
        context.terminal.say(
          `Disabled. Sessions ended: ${String(sessions)}. API tokens that don't work meanwhile: ${String(tokens)}.`,
        )
      }
      await warnIfNobodyIsLeft({ state, users }, context)
      return exitCodes.ok
    })
  },
}

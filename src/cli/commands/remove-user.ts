/** `sekisho user remove`: forgets the user with password, sessions, tokens and invitation. */
import { GateFault } from '../../kit/fault.ts'
import { flag, positional } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { findUser, withUsers } from '../find-user.ts'
import { warnIfNobodyIsLeft } from '../nobody-left.ts'
import { printableJson } from '../printable.ts'

export const removeUser: CliCommand = {
  words: ['user', 'remove'],
  summary: 'forget a user: password, sessions, tokens and invitation go too',
  examples: [['sekisho user remove bob', 'asks first; the audit log keeps what happened']],
  declare: (command) =>
    declareWhichGate(command.argument('<name>', 'name of the user'))
      .option('-y, --yes', 'do not ask')
      .option('--json', 'answer as JSON'),
  async run(given, context) {
    return withUsers(given, context, async ({ state, users }) => {
      const user = await findUser(users, positional(given, 0))
      if (!flag(given, 'yes')) await confirm(user.name, context)
      const ended = await users.change(() => users.remove(user))
      if (ended === undefined) throw new GateFault('usage', `There is no user ${user.name} any more.`)
      const { sessions, tokens } = ended
      if (flag(given, 'json')) {
        context.terminal.print(
          printableJson({ user: user.name, sessionsEnded: sessions, tokensRevoked: tokens }),
        )
      } else {
        context.terminal.say(
          `Removed. Sessions ended: ${String(sessions)}. API tokens revoked: ${String(tokens)}.`,
        )
      }
      await warnIfNobodyIsLeft({ state, users }, context)
      return exitCodes.ok
    })
  },
}

async function confirm(name: string, { terminal, prompts }: CommandContext): Promise<void> {
  if (!terminal.interactive) {
    throw new GateFault(
      'usage',
      `There is no terminal to ask at. To remove ${name} without a question: --yes`,
    )
  }
  const answer = await prompts.choose({
    message: `Remove the user ${name} for good?`,
    choices: [
      { value: 'no', label: 'no, keep' },
      { value: 'yes', label: 'yes, remove' },
    ],
  })
  if (answer === 'no') throw new GateFault('usage', 'Nothing was removed.')
}

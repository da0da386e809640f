/** `sekisho user show`: one user in full. */
import { flag, positional } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { findUser, withUsers } from '../find-user.ts'
import { printable, printableJson, table } from '../printable.ts'
import { describeUser, endowmentWords, shortTime } from '../user-words.ts'

export const showUser: CliCommand = {
  words: ['user', 'show'],
  summary:
    'show one user: state, roles, attributes, times, sessions, tokens, failed attempts, open invitation',
  examples: [['sekisho user show bob', 'a field a line']],
  declare: (command) =>
    declareWhichGate(command.argument('<name>', 'name of the user')).option('--json', 'answer as JSON'),
  async run(given, context) {
    return withUsers(given, context, async ({ users }) => {
      const user = await users.show(await findUser(users, positional(given, 0)))
      if (flag(given, 'json')) {
        context.terminal.print(printableJson(describeUser(user)))
        return exitCodes.ok
      }
      const { invitation } = user
      const { roles, attributes } = endowmentWords(user)
      const fields: readonly (readonly [string, string])[] = [
        ['name', user.name],
        ['state', user.state],
        ['roles', roles],
        ['attributes', printable(attributes)],
        ['added', shortTime(user.createdAt)],
        ['password set', shortTime(user.passwordAt)],
        ['last sign-in', shortTime(user.lastLoginAt)],
        ['open sessions', String(user.sessions)],
        ['API tokens', String(user.tokens)],
        ['failed sign-ins in a row', String(user.failures)],
        [
          'invitation',
          invitation === undefined ? '-' : `${invitation.purpose}, until ${shortTime(invitation.expiresAt)}`,
        ],
      ]
      context.terminal.print(table(fields))
      return exitCodes.ok
    })
  },
}

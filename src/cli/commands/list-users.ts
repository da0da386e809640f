/** `sekisho user list`: everybody who has a name here, and how they stand. */
import type { UserView } from '../../users/users.ts'
import { flag } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { withUsers } from '../find-user.ts'
import { printableJson, table } from '../printable.ts'
import { describeUser, endowmentWords, shortTime } from '../user-words.ts'

const header = ['NAME', 'STATE', 'ROLES', 'LAST SIGN-IN', 'SESSIONS', 'TOKENS', 'FAILED']

export const listUsers: CliCommand = {
  words: ['user', 'list'],
  summary: 'list the users: active, invited, locked, without password, disabled',
  examples: [
    ['sekisho user list', 'a line each'],
    ['sekisho user list --json', 'the same for programs, one array'],
  ],
  declare: (command) => declareWhichGate(command).option('--json', 'answer as JSON'),
  async run(given, context) {
    return withUsers(given, context, async ({ users }) => {
      const all = await users.list()
      if (flag(given, 'json')) context.terminal.print(printableJson(all.map(describeUser)))
      else if (all.length === 0) context.terminal.say('There are no users. Add one: sekisho user add NAME')
      else context.terminal.print(table([header, ...all.map(cells)]))
      return exitCodes.ok
    })
  },
}

function cells(user: UserView): readonly string[] {
  const { name, state, lastLoginAt, sessions, tokens, failures } = user
  const { roles } = endowmentWords(user)
  return [name, state, roles, shortTime(lastLoginAt), ...[sessions, tokens, failures].map(String)]
}

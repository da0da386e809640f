/** `sekisho user change`: gives and takes roles and attributes; a running gate asks for them with every request. */
import { GateFault } from '../../kit/fault.ts'
import { isSame } from '../../users/endowment.ts'
import { flag, positional } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { declareGiving, declareTaking, readChange } from '../endowment-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { findUser, withUsers } from '../find-user.ts'
import { printable, printableJson } from '../printable.ts'
import { endowmentWords } from '../user-words.ts'

export const changeUser: CliCommand = {
  words: ['user', 'change'],
  summary: "give a user roles and attributes, or take them; holds with the user's next request",
  examples: [
    ['sekisho user change bob --role analyst', 'bob is an analyst too'],
    ['sekisho user change bob --remove-role admin --role viewer', 'several changes are made at once'],
    ['sekisho user change bob --attribute department=finance', 'for policies that ask about the user'],
  ],
  declare: (command) =>
    declareTaking(declareGiving(declareWhichGate(command.argument('<name>', 'name of the user')))).option(
      '--json',
      'answer as JSON',
    ),
  async run(given, context) {
    return withUsers(given, context, async ({ users, config }) => {
      const user = await findUser(users, positional(given, 0))
      const change = readChange(given, config, user)
      const done = await users.change(() => users.endow(user, change))
      if (done === undefined) throw new GateFault('usage', `The user ${user.name} was removed meanwhile.`)
      const { after } = done
      if (flag(given, 'json')) {
        context.terminal.print(printableJson({ user: user.name, changed: !isSame(done), ...after }))
      } else {
        const { roles, attributes } = endowmentWords(after)
        const words = isSame(done) ? 'Nothing to change' : 'Changed'
        context.terminal.say(printable(`${words}. Roles: ${roles}. Attributes: ${attributes}.`))
      }
      return exitCodes.ok
    })
  },
}

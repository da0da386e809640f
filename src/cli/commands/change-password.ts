/** `sekisho password change`: for whoever knows the present one; `password set` is the operator's. */
import { GateFault } from '../../kit/fault.ts'
import { Secret } from '../../kit/secret.ts'
import { normalizePassword } from '../../contract/contract.ts'
import { flag, textOption } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { findUser, withUsers } from '../find-user.ts'
import { printableJson } from '../printable.ts'
import { takePassword } from '../take-password.ts'
import { wantedPassword } from '../wanted-password.ts'

export const changePassword: CliCommand = {
  words: ['password', 'change'],
  summary: 'change a password, knowing the present one; sessions opened with it end',
  examples: [
    ['sekisho password change', 'the shared password'],
    ['sekisho password change --user bob', "bob's own"],
  ],
  declare: (command) =>
    declareWhichGate(command)
      .option('--user <name>', "this user's password instead of the shared one")
      .option('--json', 'answer as JSON'),
  async run(given, context) {
    const { terminal, prompts } = context
    if (!terminal.interactive) {
      throw new GateFault(
        'usage',
        'There is no terminal to ask at. To set a password as the operator: sekisho password set',
      )
    }
    return withUsers(given, context, async ({ state, users, config }) => {
      const named = textOption(given, 'user')
      const user = named === undefined ? undefined : await findUser(users, named)
      const present = new Secret(normalizePassword(await prompts.hidden({ message: 'The present password' })))
      const matches =
        user === undefined ? await state.matchesPassword(present) : await users.matchesPassword(user, present)
      if (!matches) throw new GateFault('usage', 'That is not the present password. Nothing was changed.')
      const { password } = await takePassword('prompt', context, wantedPassword(config, user?.name))
      const sessionsEnded =
        user === undefined
          ? await state.setPassword(password)
          : await users.change(() => users.register(user, password))
      if (flag(given, 'json')) terminal.print(printableJson({ sessionsEnded }))
      else terminal.say(`The password is changed. Sessions ended: ${String(sessionsEnded)}.`)
      return exitCodes.ok
    })
  },
}

/** `sekisho password set`: a new password from the operator's hand; sessions opened with the old one end. */
import { flag, textOption } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { operatorConfigOf, declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { findUser } from '../find-user.ts'
import { printableJson } from '../printable.ts'
import { passwordOnCommandLine, passwordSource, takePassword } from '../take-password.ts'
import { wantedPassword } from '../wanted-password.ts'

export const setPassword: CliCommand = {
  words: ['password', 'set'],
  summary: "set the shared password, or a user's; sessions opened with the old one end",
  examples: [
    ['sekisho password set', 'asks twice, shows nothing'],
    ['sekisho password set --generate', 'makes a pass-phrase and prints it once'],
    ['sekisho password set --user bob', "bob's password, set by you"],
    ['pass show demo | sekisho password set --password-stdin', 'takes one line from another program'],
  ],
  declare: (command) =>
    declareWhichGate(command)
      // Undocumented: what stands here is a password that somebody tries to pass.
      .argument('[typed...]')
      .usage('[options]')
      .option('--user <name>', "this user's password instead of the shared one")
      .option('--password-stdin', 'read the password from standard input')
      .option('--generate', 'make a pass-phrase and print it once')
      .option('--json', 'answer as JSON'),
  async run(given, context) {
    const [typed] = given.positional
    if (Array.isArray(typed) && typed.length > 0) throw passwordOnCommandLine()
    const source = passwordSource({
      stdin: flag(given, 'passwordStdin'),
      generate: flag(given, 'generate') ? '--generate' : false,
    })
    const config = await operatorConfigOf(given, context)
    // Before asking: nobody should type a password twice to learn that the state can't be opened.
    const state = await context.parts.openState(config, 'existing-or-new')
    try {
      const named = textOption(given, 'user')
      const user = named === undefined ? undefined : await findUser(state.users, named)
      const { password, generated } = await takePassword(source, context, wantedPassword(config, user?.name))
      const sessionsEnded =
        user === undefined
          ? await state.setPassword(password)
          : await state.users.change(() => state.users.register(user, password))
      if (flag(given, 'json')) {
        context.terminal.print(
          printableJson({ sessionsEnded, ...(generated && { password: password.reveal() }) }),
        )
      } else {
        if (generated) context.terminal.print(password.reveal())
        context.terminal.say(`The password is set. Sessions ended: ${sessionsEnded}.`)
      }
      return exitCodes.ok
    } finally {
      await state.close()
    }
  },
}

/** `sekisho user add`: somebody new, by invitation link or with a password set here. */
import { guestName } from '../../contract/contract.ts'
import { GateFault } from '../../kit/fault.ts'
import { flag, positional } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { declareGiving, readGiven } from '../endowment-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { readUsername, withUsers } from '../find-user.ts'
import { atHelp, originForLinks, showInvitation } from '../invitation-words.ts'
import { printableJson } from '../printable.ts'
import { passwordSource, takePassword } from '../take-password.ts'
import { wantedPassword } from '../wanted-password.ts'

export const addUser: CliCommand = {
  words: ['user', 'add'],
  summary: 'add a user; prints an invitation link by which they set their password',
  examples: [
    ['sekisho user add bob', 'prints a link for bob, good once, for 24 hours'],
    ['sekisho user add bob --role analyst', 'and bob is an analyst from the start'],
    ['sekisho user add bob --generate', 'sets a generated pass-phrase instead and prints it once'],
  ],
  declare: (command) =>
    declareGiving(declareWhichGate(command.argument('<name>', 'name to sign in with')))
      .option('--at <origin>', atHelp)
      .option('--prompt', 'no link: ask for the password here')
      .option('--password-stdin', 'no link: read the password from standard input')
      .option('--generate', 'no link: make a pass-phrase and print it once')
      .option('--json', 'answer as JSON'),
  async run(given, context) {
    const name = readUsername(positional(given, 0))
    if (name === guestName)
      throw new GateFault(
        'usage',
        `${guestName} stands for whoever has the shared password. Choose another name.`,
      )
    const here = ['prompt', 'passwordStdin', 'generate'].filter((option) => flag(given, option))
    if (here.length > 1)
      throw new GateFault('usage', '--prompt, --password-stdin and --generate exclude each other.')
    return withUsers(
      given,
      context,
      async ({ users, config }) => {
        const endowment = readGiven(given, config)
        const origin =
          here.length === 0
            ? await originForLinks({ given, context }, config, await users.reach())
            : undefined
        const taken = new GateFault(
          'usage',
          `There is a user ${name} already. See: sekisho user show ${name}`,
        )
        if ((await users.find(name)) !== undefined) throw taken
        // Before the user exists: a refused password leaves nobody half made.
        const password =
          origin === undefined
            ? await takePassword(
                passwordSource({
                  stdin: flag(given, 'passwordStdin'),
                  generate: flag(given, 'generate') ? '--generate' : false,
                }),
                context,
                wantedPassword(config, name),
              )
            : undefined
        await users.change(async () => {
          const user = await users.add(name, endowment)
          if (user === undefined) throw taken
          if (password === undefined) {
            showInvitation(await users.invite(user), origin ?? '', { given, context }, { user: name })
            return
          }
          await users.register(user, password.password)
          if (flag(given, 'json')) {
            const shown = password.generated ? { password: password.password.reveal() } : {}
            context.terminal.print(printableJson({ user: name, ...shown }))
          } else {
            if (password.generated) context.terminal.print(password.password.reveal())
            context.terminal.say(`The user ${name} can sign in.`)
          }
        })
        return exitCodes.ok
      },
      'existing-or-new',
    )
  },
}

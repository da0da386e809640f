/** `sekisho token revoke`: a program's key stops working; a running gate cuts what is open within a second. */
import { GateFault } from '../../kit/fault.ts'
import type { TokenView } from '../../tokens/token-register.ts'
import { flag, positional } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { findToken } from '../find-token.ts'
import { withUsers } from '../find-user.ts'
import { printable, printableJson } from '../printable.ts'

export const revokeToken: CliCommand = {
  words: ['token', 'revoke'],
  summary: 'revoke an API token; a running gate obeys within a second',
  examples: [
    ['sekisho token revoke k7m2x9bqwtea', 'the token of that id; see: sekisho token list'],
    ['sekisho token revoke ci', 'by its name, if only one has it'],
  ],
  declare: (command) =>
    declareWhichGate(command.argument('<token>', 'id or name, as listed; a token that leaked itself')).option(
      '--json',
      'answer as JSON',
    ),
  async run(given, context) {
    return withUsers(given, context, async ({ state }) => {
      const token = await findToken(state.tokens, positional(given, 0) ?? '')
      if (token.state === 'revoked') throw revokedAlready(token)
      if (!(await state.tokens.change((tokens) => tokens.revoke(token)))) throw revokedAlready(token)
      if (flag(given, 'json')) {
        context.terminal.print(printableJson({ revoked: token.id, name: token.name }))
      } else {
        context.terminal.say(`Revoked: ${token.id} (${printable(token.name)}).`)
      }
      return exitCodes.ok
    })
  },
}

function revokedAlready({ id }: TokenView): GateFault {
  return new GateFault('usage', `The token ${id} is revoked already.`)
}

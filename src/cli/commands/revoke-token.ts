/** `sekisho token revoke`: a program's key stops working; a running gate cuts what is open within a second. */
import { GateFault } from '../../kit/fault.ts'
import type { TokenView } from '../../tokens/token-register.ts'
import { holdsApiToken } from '../../tokens/token.ts'
import { flag, positional } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { withUsers } from '../find-user.ts'
import type { OperatorTokens } from '../operator-tokens.ts'
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

async function findToken(tokens: OperatorTokens, said: string): Promise<TokenView> {
  const [found, ...others] = await tokens.find(said)
  if (found === undefined) {
    // What looks like a token isn't repeated: the screen may be somebody else's to read.
    const named = holdsApiToken(said) ? 'that one' : printable(said.slice(0, 64))
    throw new GateFault('usage', `There is no token ${named}. See: sekisho token list`)
  }
  if (others.length > 0) {
    const ids = [found, ...others].map(({ id }) => id).join(', ')
    throw new GateFault('usage', `Several tokens have this name. Say which, by its id: ${ids}`)
  }
  if (found.state === 'revoked') throw revokedAlready(found)
  return found
}

function revokedAlready({ id }: TokenView): GateFault {
  return new GateFault('usage', `The token ${id} is revoked already.`)
}

/** From what was said on the command line to the API token that it means. */
import { GateFault } from '../kit/fault.ts'
import type { TokenView } from '../tokens/token-register.ts'
import { holdsApiToken } from '../tokens/token.ts'
import type { OperatorTokens } from './operator-tokens.ts'
import { printable } from './printable.ts'

/** Throws GateFault `usage` when none is meant, or several. */
export async function findToken(tokens: OperatorTokens, said: string): Promise<TokenView> {
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
  return found
}

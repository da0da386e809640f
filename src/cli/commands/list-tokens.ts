/** `sekisho token list`: the keys of programs, and when each was last used. */
import type { TokenView } from '../../tokens/token-register.ts'
import { flag } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { withUsers } from '../find-user.ts'
import { printable, printableJson, table } from '../printable.ts'
import { describeToken } from '../token-words.ts'
import { shortTime } from '../user-words.ts'

const header = ['TOKEN', 'NAME', 'USER', 'STATE', 'ROLES', 'KEY', 'CREATED', 'EXPIRES', 'LAST USE']

export const listTokens: CliCommand = {
  words: ['token', 'list'],
  summary: 'list the API tokens: active, expired, revoked, of a disabled user',
  examples: [
    ['sekisho token list', 'a line each; never the tokens themselves, which nobody has but the programs'],
    ['sekisho token list --json', 'the same for programs, one array'],
  ],
  declare: (command) => declareWhichGate(command).option('--json', 'answer as JSON'),
  async run(given, context) {
    return withUsers(given, context, async ({ state }) => {
      const all = await state.tokens.list()
      if (flag(given, 'json')) context.terminal.print(printableJson(all.map(describeToken)))
      else if (all.length === 0) {
        context.terminal.say('There are no API tokens. Make one: sekisho token create --name NAME')
      } else context.terminal.print(table([header, ...all.map(cells)]))
      return exitCodes.ok
    })
  },
}

function cells({
  id,
  name,
  username,
  state,
  roles,
  keyid,
  createdAt,
  expiresAt,
  lastUsedAt,
}: TokenView): readonly string[] {
  const expires = expiresAt === undefined ? 'never' : shortTime(expiresAt)
  const used = lastUsedAt === undefined ? 'never' : shortTime(lastUsedAt)
  // Of a user's: whatever the user has. Of one on its own: none.
  const kept = roles?.join(', ') ?? (username === undefined ? '-' : 'all')
  // Enough to tell it from others; --json has all of it.
  const key = keyid?.slice(0, 8) ?? '-'
  return [id, printable(name), username ?? '-', state, kept, key, shortTime(createdAt), expires, used]
}

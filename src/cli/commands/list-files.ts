/** `sekisho file list` and `sekisho link list`: whose files and deep links the gate knows. */
import { GateFault } from '../../kit/fault.ts'
import type { Revocable } from '../../ownership/owned-register.ts'
import { flag, textOption, type CliCommand, type Given } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { withUsers } from '../find-user.ts'
import { declareOwner, ownerNames, readOwner } from '../owner-words.ts'
import { printable, printableJson, table } from '../printable.ts'
import { shortTime } from '../user-words.ts'

const mostShown = 1_000_000

export const listFiles = makeList('file', {
  words: ['file', 'list'],
  summary: 'list the files that users, tokens and guests may read, the last needed first',
  examples: [
    ['sekisho file list --user bob', 'what the app gave to bob, and what he uploaded'],
    ['sekisho file list --limit 1000 --json', 'of everybody, for programs, one array'],
  ],
})

export const listLinks = makeList('deep-link', {
  words: ['link', 'list'],
  summary: 'list the deep links and who made them, the last needed first',
  examples: [['sekisho link list --user bob', 'the links to what bob had on his screen']],
})

function makeList(kind: Revocable, about: Pick<CliCommand, 'words' | 'summary' | 'examples'>): CliCommand {
  return {
    ...about,
    declare: (command) =>
      declareWhichGate(declareOwner(command))
        .option('--limit <number>', 'how many at most', '100')
        .option('--json', 'answer as JSON'),
    async run(given, context) {
      const most = readLimit(given)
      return withUsers(given, context, async ({ state }) => {
        const rows = await state.owned.list(kind, await readOwner(given, state), most)
        const nameOf = await ownerNames(state)
        if (flag(given, 'json')) {
          const shown = rows.map(({ id, owner, at }) => ({
            [kind === 'file' ? 'path' : 'link']: id,
            owner,
            ownerName: nameOf(owner),
            lastNeededAt: new Date(at).toISOString(),
          }))
          context.terminal.print(printableJson(shown))
        } else if (rows.length === 0) context.terminal.say('There are none.')
        else {
          const header = [kind === 'file' ? 'FILE' : 'LINK', 'OWNER', 'LAST NEEDED']
          const cells = rows.map(({ id, owner, at }) => [
            printable(id),
            printable(nameOf(owner)),
            shortTime(at),
          ])
          context.terminal.print(table([header, ...cells]))
          if (rows.length === most) context.terminal.say(`These are the first ${most}. For more: --limit`)
        }
        return exitCodes.ok
      })
    },
  }
}

function readLimit(given: Given): number {
  const said = textOption(given, 'limit') ?? ''
  const number = /^[1-9][0-9]{0,6}$/.test(said) ? Number(said) : NaN
  if (number <= mostShown) return number
  throw new GateFault('usage', `--limit is a whole number from 1 to ${mostShown}.`)
}

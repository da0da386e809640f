/** `sekisho file revoke` and `sekisho link revoke`: a file or deep link is nobody's any more, or no longer one owner's. */
import { GateFault } from '../../kit/fault.ts'
import type { Revocable } from '../../ownership/owned-register.ts'
import type { OwnedChoice } from '../../store/store.ts'
import type { Owner } from '../../ownership/owner.ts'
import { flag, positional, type CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { withUsers } from '../find-user.ts'
import { declareOwner, readOwner } from '../owner-words.ts'
import { printableJson } from '../printable.ts'

export const revokeFile = makeRevoke('file', {
  words: ['file', 'revoke'],
  summary: 'end the right to read a file; a running gate obeys within a second',
  examples: [
    ['sekisho file revoke /tmp/gradio/ab12/report.pdf', 'for everybody who had it; see: sekisho file list'],
    ['sekisho file revoke /tmp/gradio/ab12/report.pdf --user bob', 'for bob alone'],
    ['sekisho file revoke --user bob', 'all that is bob’s; the app keeps the files themselves'],
  ],
})

export const revokeLink = makeRevoke('deep-link', {
  words: ['link', 'revoke'],
  summary: 'end the right to open a deep link; a running gate obeys within a second',
  examples: [
    ['sekisho link revoke sMonbZbnEpU', 'for everybody who made it; see: sekisho link list'],
    ['sekisho link revoke --user bob', 'all that are bob’s'],
  ],
})

function makeRevoke(kind: Revocable, about: Pick<CliCommand, 'words' | 'summary' | 'examples'>): CliCommand {
  const noun = kind === 'file' ? 'file' : 'link'
  return {
    ...about,
    declare: (command) =>
      declareWhichGate(
        declareOwner(command.argument(`[${noun}]`, 'as listed; absent: all of the owner’s')),
      ).option('--json', 'answer as JSON'),
    async run(given, context) {
      return withUsers(given, context, async ({ state }) => {
        const choice = choose(noun, positional(given, 0), await readOwner(given, state))
        const ended = await state.owned.change((owned) => owned.revoke(kind, choice))
        if (ended === 0) {
          throw new GateFault('usage', `There is nothing to revoke. See: sekisho ${noun} list --limit 1000`)
        }
        if (flag(given, 'json')) context.terminal.print(printableJson({ revoked: ended }))
        else context.terminal.say(`Revoked: ${ended} ${ended === 1 ? 'right' : 'rights'}.`)
        return exitCodes.ok
      })
    },
  }
}

function choose(noun: string, id: string | undefined, owner: Owner | undefined): OwnedChoice {
  if (id !== undefined) return { id, ...(owner !== undefined && { owner }) }
  if (owner !== undefined) return { owner }
  throw new GateFault('usage', `Say which ${noun}, or whose: --user, --token or --session.`)
}

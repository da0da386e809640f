/** `sekisho session end`: signs browsers out; a running gate obeys within a second. */
import { GateFault } from '../../kit/fault.ts'
import type { SessionId, SessionRow } from '../../store/rows.ts'
import { flag, positional, textOption } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { operatorConfigOf, declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { findUser } from '../find-user.ts'
import { printable, printableJson } from '../printable.ts'

export const endSession: CliCommand = {
  words: ['session', 'end'],
  summary: 'end a session, or all of them; a running gate obeys within a second',
  examples: [
    ['sekisho session end k7m2x9', 'the session of that name; see: sekisho session list'],
    ['sekisho session end --user bob', 'wherever bob is signed in'],
    ['sekisho session end --all', 'everybody has to sign in again'],
  ],
  declare: (command) =>
    declareWhichGate(command.argument('[session]', 'name of the session, as listed'))
      .option('--all', 'every session')
      .option('--user <name>', 'every session of this user')
      .option('--json', 'answer as JSON'),
  async run(given, context) {
    const named = positional(given, 0)
    const user = textOption(given, 'user')
    if ([named !== undefined, user !== undefined, flag(given, 'all')].filter(Boolean).length !== 1) {
      throw new GateFault(
        'usage',
        'Which session? Name one of `sekisho session list`, or say --user NAME or --all; one of the three.',
      )
    }
    const state = await context.parts.openState(await operatorConfigOf(given, context), 'existing')
    try {
      const account = user === undefined ? undefined : (await findUser(state.users, user)).id
      const isMeant = (row: SessionRow) => account === undefined || row.account === account
      // The name comes from a person; the store finds it or doesn't.
      const ids =
        named === undefined
          ? (await state.listSessions()).filter(isMeant).map(({ id }) => id)
          : [named as SessionId]
      const ended: SessionId[] = []
      for (const id of ids) if (await state.endSession(id)) ended.push(id)
      if (named !== undefined && ended.length === 0) {
        throw new GateFault(
          'usage',
          `There is no open session ${printable(named.slice(0, 60))}. See: sekisho session list`,
        )
      }
      if (flag(given, 'json')) context.terminal.print(printableJson({ ended }))
      else context.terminal.say(`Sessions ended: ${ended.length}.`)
      return exitCodes.ok
    } finally {
      await state.close()
    }
  },
}

/** `sekisho session list`: who is signed in. */
import { flag } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { operatorConfigOf, declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { printable, printableJson, table } from '../printable.ts'
import type { SessionRow } from '../../store/rows.ts'

export const listSessions: CliCommand = {
  words: ['session', 'list'],
  summary: 'list the browsers that are signed in',
  examples: [
    ['sekisho session list', 'name, times, address and browser of each'],
    ['sekisho session list --json', 'the same for programs, one array'],
  ],
  declare: (command) => declareWhichGate(command).option('--json', 'answer as JSON'),
  async run(given, context) {
    const state = await context.parts.openState(await operatorConfigOf(given, context), 'existing')
    try {
      const sessions = await state.listSessions()
      if (flag(given, 'json')) context.terminal.print(printableJson(sessions.map(describeSession)))
      else if (sessions.length === 0) context.terminal.say('Nobody is signed in.')
      else context.terminal.print(table([header, ...sessions.map(cells)]))
      return exitCodes.ok
    } finally {
      await state.close()
    }
  },
}

/** What may be shown: field by field, so that the token's hash can't come along. */
function describeSession(row: SessionRow): Readonly<Record<string, string>> {
  return {
    id: row.id,
    user: row.username ?? '(shared password)',
    signedInAt: new Date(row.createdAt).toISOString(),
    lastActiveAt: new Date(row.lastActiveAt).toISOString(),
    endsAt: new Date(row.endsAt).toISOString(),
    address: row.address,
    userAgent: row.userAgent,
  }
}

const header = ['SESSION', 'USER', 'SIGNED IN', 'LAST ACTIVE', 'ENDS', 'ADDRESS', 'BROWSER']

function cells(row: SessionRow): readonly string[] {
  const time = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}Z`
  const times = [row.createdAt, row.lastActiveAt, row.endsAt].map(time)
  return [
    row.id,
    row.username ?? '-',
    ...times,
    printable(row.address),
    printable(row.userAgent.slice(0, 60)),
  ]
}

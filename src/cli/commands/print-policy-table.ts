/** `sekisho policy table`: who may call what. */
import type { Language } from '../../contract/contract.ts'
import { GateFault } from '../../kit/fault.ts'
import type { TableUser } from '../../policy-tools/call-table.ts'
import { tableHtml } from '../../policy-tools/table-html.ts'
import { tableJson, tableLines } from '../../policy-tools/table-text.ts'
import type { Config } from '../../config/config.ts'
import { flag, textOption, type Given } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { placeNamer, withPolicy } from '../policy-options.ts'
import { printable, printableJson, printableText } from '../printable.ts'

export const printPolicyTable: CliCommand = {
  words: ['policy', 'table'],
  summary: 'show who may call what: the functions of the running app against the roles',
  examples: [
    ['sekisho policy table', 'a column for each role'],
    ['sekisho policy table --users', 'and one for each user'],
    ['sekisho policy table --html > table.html', 'one page to hand on or to print'],
  ],
  declare: (command) =>
    declareWhichGate(command)
      .option('--users', 'a column for each user of the gate, too')
      .option('--html', 'answer as an HTML page')
      .option('--language <language>', 'of the HTML page: en or ja (default: as the environment says)')
      .option('--json', 'answer as JSON'),
  async run(given, context) {
    if (flag(given, 'html') && flag(given, 'json')) {
      throw new GateFault('usage', '--html and --json exclude each other: choose one.')
    }
    const language = languageOf(given, context)
    return withPolicy(given, context, async ({ config, desk }) => {
      const model = await context.parts.readAppModel(config)
      const users = flag(given, 'users') ? await readUsers(config, context) : []
      const table = desk.table(model, users)
      const name = placeNamer(context)
      const { terminal, clock } = context
      if (flag(given, 'html')) {
        terminal.print(printableText(tableHtml(table, { language, name, madeAt: clock.now() })))
      } else if (flag(given, 'json')) terminal.print(printableJson(tableJson(table)))
      else for (const line of tableLines(table, name)) terminal.print(printable(line))
      return exitCodes.ok
    })
  },
}

function languageOf(given: Given, { surroundings: { env } }: CommandContext): Language {
  const typed = textOption(given, 'language')
  if (typed === 'en' || typed === 'ja') return typed
  if (typed !== undefined) throw new GateFault('usage', '--language: allowed is en or ja.')
  // POSIX.1-2017 section 8.2: the first of these that is set and not empty.
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find(
    (one) => one !== undefined && one !== '',
  )
  return locale?.startsWith('ja') === true ? 'ja' : 'en'
}

async function readUsers(config: Config, context: CommandContext): Promise<readonly TableUser[]> {
  const state = await context.parts.openState(config, 'existing')
  try {
    const users = await state.users.list()
    return users.map(({ name, roles, attributes }) => ({ kind: 'user', username: name, roles, attributes }))
  } finally {
    await state.close()
  }
}

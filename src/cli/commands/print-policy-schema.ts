/** `sekisho policy schema`: what policies written by hand may speak of. */
import type { CliCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'

export const printPolicySchema: CliCommand = {
  words: ['policy', 'schema'],
  summary: 'print the Cedar schema that policies are checked against',
  examples: [['sekisho policy schema > gate.cedarschema', 'for an editor that knows Cedar']],
  declare: (command) => command,
  async run(_given, context) {
    context.terminal.print((await context.parts.readPolicySchema()).trimEnd())
    return exitCodes.ok
  },
}

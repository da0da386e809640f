/** `sekisho policy print`: what decides, as Cedar. */
import { declareWhichGate } from '../config-options.ts'
import type { CliCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { placeNamer, withPolicy } from '../policy-options.ts'
import { printableText } from '../printable.ts'

export const printPolicy: CliCommand = {
  words: ['policy', 'print'],
  summary: 'print the policy in force as Cedar: what roles: compiles to, and the files beside it',
  examples: [
    ['sekisho policy print', 'every rule, with the file and line that it comes from'],
    ['sekisho policy print > policy.cedar', 'a start for a policy written by hand'],
  ],
  declare: (command) => declareWhichGate(command),
  async run(given, context) {
    return withPolicy(given, context, async ({ desk }) => {
      context.terminal.print(printableText(desk.print(placeNamer(context))))
      return Promise.resolve(exitCodes.ok)
    })
  },
}

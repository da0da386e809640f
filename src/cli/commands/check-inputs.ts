/** `sekisho inputs check`: are the endpoints and parameters there that the rules on inputs name? */
import { findUnmatched } from '../../inputs/unmatched.ts'
import type { CliCommand } from '../command.ts'
import { operatorConfigOf } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { printable } from '../printable.ts'

export const checkInputs: CliCommand = {
  words: ['inputs', 'check'],
  summary: 'check the rules on inputs against the functions that the app has',
  examples: [['sekisho inputs check', 'exit code 0: every name is there; 3: one is not']],
  declare: (command) =>
    command.option('--config <file>', 'configuration (default: sekisho.yaml here, if there is one)'),
  async run(given, context) {
    const config = await operatorConfigOf(given, context)
    const findings = findUnmatched(config.inputs, await context.parts.readAppModel(config))
    for (const line of findings) context.terminal.print(printable(line))
    const words = `Endpoints with rules: ${String(config.inputs.length)}. Names that the app does not have: ${String(findings.length)}.`
    context.terminal.say(words)
    return findings.length === 0 ? exitCodes.ok : exitCodes.finding
  },
}

/** `sekisho inputs suggest`: a strict starting point for the rules on inputs, from the running app. */
import { suggestInputs } from '../../inputs/suggest.ts'
import { positional } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { configOf, operatorConfigOf } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'

export const suggestInputsCommand: CliCommand = {
  words: ['inputs', 'suggest'],
  summary: 'print rules for the inputs of the running app, as a starting point',
  examples: [
    ['sekisho inputs suggest http://127.0.0.1:7860', 'for any Gradio app that runs there'],
    [
      'sekisho inputs suggest > inputs.yaml',
      'for the app of sekisho.yaml; go through it, then paste it there',
    ],
  ],
  declare: (command) =>
    command
      .argument('[url]', 'address of the app (upstream: in sekisho.yaml)')
      .option('--config <file>', 'configuration (default: sekisho.yaml here, if there is one)'),
  async run(given, context) {
    const url = positional(given, 0)
    const config = await (url === undefined
      ? operatorConfigOf(given, context)
      : configOf(given, context, 'state', url))
    context.terminal.print(suggestInputs(await context.parts.readAppModel(config)))
    return exitCodes.ok
  },
}

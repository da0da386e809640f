/** `sekisho policy check`: is the policy valid, and is what it names there? */
import { findUnmatchedNames } from '../../unmatched-names.ts'
import { flag } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { declareOffline, placeNamer, modelUnlessOffline, withPolicy } from '../policy-options.ts'
import { printable, printableJson } from '../printable.ts'

export const checkPolicy: CliCommand = {
  words: ['policy', 'check'],
  summary:
    'check the policy against its schema, and its names and those of inputs, limits and answers against the app',
  examples: [
    ['sekisho policy check', 'exit code 0: all names are there; 2: no valid policy; 3: a name is not there'],
    ['sekisho policy check --offline', 'the policy by itself, where the app does not run'],
  ],
  declare: (command) => declareOffline(declareWhichGate(command)).option('--json', 'answer as JSON'),
  async run(given, context) {
    return withPolicy(given, context, async ({ config, desk }) => {
      const model = await modelUnlessOffline(given, context, config)
      const findings = desk.check(model)
      const name = placeNamer(context)
      const uncalled = model === undefined ? [] : desk.uncalled(model)
      const elsewhere = model === undefined ? [] : findUnmatchedNames(config, model)
      const inPolicy = findings.filter(({ severity }) => severity === 'error').length
      const errors = inPolicy + elsewhere.length
      const slips = desk.slips()
      const warnings = findings.length - inPolicy + slips.length
      const { terminal } = context
      if (flag(given, 'json')) {
        const checked = model === undefined ? null : { gradio: model.gradio, functions: model.byName.size }
        terminal.print(
          printableJson({
            ...{ valid: errors === 0, rules: desk.rules, app: checked },
            ...{ findings, settings: elsewhere, slips, uncalled },
          }),
        )
      } else {
        for (const finding of findings) {
          terminal.print(printable(`${name(finding)}: ${finding.severity}: ${finding.says}`))
        }
        for (const words of elsewhere) terminal.print(printable(`error: ${words}`))
        for (const words of slips) terminal.print(printable(`warning: ${words}`))
        if (uncalled.length > 0) terminal.say(printable(`Nobody may call: ${uncalled.join(', ')}.`))
        const against =
          model === undefined ? 'the app was not asked' : `functions of the app: ${String(model.byName.size)}`
        terminal.say(
          `Rules: ${String(desk.rules)}; ${against}. Errors: ${String(errors)}. Warnings: ${String(warnings)}.`,
        )
      }
      return errors === 0 ? exitCodes.ok : exitCodes.finding
    })
  },
}

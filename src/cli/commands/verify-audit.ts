/** `sekisho audit verify`: has the log been changed, re-ordered or cut? */
import { flag } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { configOf, declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { printable, printableJson } from '../printable.ts'

export const verifyAudit: CliCommand = {
  words: ['audit', 'verify'],
  summary: 'check the audit log for changed, removed, re-ordered or cut-off records',
  examples: [
    ['sekisho audit verify', 'exit code 0: intact; 3: tampered with'],
    ['sekisho audit verify --json', 'the findings for programs'],
  ],
  declare: (command) => declareWhichGate(command).option('--json', 'answer as JSON'),
  async run(given, context) {
    const report = await context.parts.verifyAudit(await configOf(given, context))
    const { terminal } = context
    if (flag(given, 'json')) terminal.print(printableJson(report))
    else {
      for (const finding of report.findings) terminal.print(printable(finding))
      const size = `${report.records} records in ${report.segments} segments`
      terminal.say(
        report.intact ? `The audit log is intact: ${size}.` : `The audit log was tampered with: ${size}.`,
      )
    }
    return report.intact ? exitCodes.ok : exitCodes.finding
  },
}

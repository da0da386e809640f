/** `sekisho audit verify`: has the log been changed, re-ordered or cut? */
import { describeFinding, describeNote } from '../../audit/findings.ts'
import { flag } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { operatorConfigOf, declareWhichGate } from '../config-options.ts'
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
    const { findings, notes, segments, records } = await context.parts.verifyAudit(
      await operatorConfigOf(given, context),
    )
    const intact = findings.length === 0
    const { terminal } = context
    if (flag(given, 'json')) {
      terminal.print(printableJson({ intact, segments, records, findings, notes }))
    } else {
      for (const finding of findings) terminal.print(printable(describeFinding(finding)))
      for (const note of notes) terminal.say(printable(describeNote(note)))
      const size = `${records} records hold, in ${segments} segments`
      terminal.say(intact ? `The audit log is intact: ${size}.` : `The audit log was tampered with: ${size}.`)
    }
    return intact ? exitCodes.ok : exitCodes.finding
  },
}

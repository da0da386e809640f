/** `sekisho policy test`: does the policy answer as its tests expect? */
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { readConfigFile } from '../../config/load.ts'
import { GateFault } from '../../kit/fault.ts'
import type { Failure } from '../../policy-tools/run-cases.ts'
import { readCases } from '../../policy-tools/read-cases.ts'
import { flag, positional, textOption, type Given } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { nameFile, withPolicy } from '../policy-options.ts'
import { printable, printableJson } from '../printable.ts'

/** Beside sekisho.yaml. */
const usualTests = 'policy-tests.yaml'

export const testPolicy: CliCommand = {
  words: ['policy', 'test'],
  summary: 'ask the policy what its tests ask, and say where it answers otherwise',
  examples: [
    ['sekisho policy test', `the tests in ${usualTests} beside sekisho.yaml; exit code 3 when one fails`],
    ['sekisho policy test --app more-tests.yaml', 'names in the tests must be there in the running app'],
  ],
  declare: (command) =>
    declareWhichGate(command.argument('[file]', `tests (default: ${usualTests} beside sekisho.yaml)`))
      .option('--app', 'ask the running app for its names, and for the groups of its functions')
      .option('--json', 'answer as JSON')
      .addHelpText('after', fileHelp),
  async run(given, context) {
    return withPolicy(given, context, async ({ config, desk }) => {
      const file = await findTests(given, context)
      const model = flag(given, 'app') ? await context.parts.readAppModel(config) : undefined
      const cases = readCases({
        ...{ text: await readTests(file), file: nameFile(file, context), now: context.clock.now() },
        ...(model && { model }),
      })
      const report = desk.run(cases)
      const { terminal } = context
      if (flag(given, 'json')) terminal.print(printableJson(report))
      else {
        for (const failure of report.failures) terminal.print(printable(words(failure)))
        if (report.untested.length > 0) {
          terminal.say(printable(`Rules that decided no test: ${report.untested.join(', ')}.`))
        }
        const failed = report.tests - report.passed
        terminal.say(
          `Tests: ${String(report.tests)}. Passed: ${String(report.passed)}. Failed: ${String(failed)}.`,
        )
      }
      return report.failures.length === 0 ? exitCodes.ok : exitCodes.finding
    })
  },
}

const fileHelp = `
A test says who does what, and whether that is to be allowed:

  tests:
    - test: analysts see reports           # a name; optional
      principal: user                      # or token, guest, nobody; user if absent
      roles: [analyst]
      attributes: { department: finance }
      call: [report_may, report_june]      # or page, component, file, action; one or a list
      arguments: { month: may }
      context: { mfa: true, auth_age: 5m, address: 192.0.2.7, time: "2026-11-22T09:30:00+09:00" }
      expect: allow                        # or deny`

async function findTests(given: Given, { surroundings }: CommandContext): Promise<string> {
  const typed = positional(given, 0)
  if (typed !== undefined) return resolve(surroundings.cwd, typed)
  const config = await readConfigFile(textOption(given, 'config'), surroundings)
  return join(config === undefined ? surroundings.cwd : dirname(config.file), usualTests)
}

async function readTests(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
  } catch (cause) {
    const why = cause instanceof TypeError ? 'it is not UTF-8 text' : 'it is not there or may not be read'
    throw new GateFault(
      'usage',
      `The tests in ${file} can't be read: ${why}. What stands in such a file says: sekisho policy test --help`,
      { cause },
    )
  }
}

function words({ where, name, deed, expected, reason, rules }: Failure): string {
  const got = reason === 'permitted' ? 'allow' : `deny (${reason})`
  const by = rules.length === 0 ? '' : `, by ${rules.join(', ')}`
  return `${where}: failed: ${name}: ${deed}: expected ${expected}, got ${got}${by}`
}

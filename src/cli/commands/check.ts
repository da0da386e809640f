/** `sekisho check`: a security audit of app, configuration and machine. It changes nothing. */
import { describeRequests } from '../../check/requests.ts'
import { isFailing, type Report } from '../../check/report.ts'
import { severities, type Severity } from '../../check/check.ts'
import { checks } from '../../check/checks/index.ts'
import { reportJson } from '../../check/report-json.ts'
import { reportSarif } from '../../check/report-sarif.ts'
import { reportLines } from '../../check/report-text.ts'
import type { Config } from '../../config/config.ts'
import { readConfigFile } from '../../config/load.ts'
import { GateFault } from '../../kit/fault.ts'
import { version } from '../../kit/version.ts'
import { collect, flag, listOption, positional, textOption } from '../command.ts'
import type { CliCommand, Given } from '../command.ts'
import { configOf, operatorConfigOf } from '../config-options.ts'
import type { CommandContext } from '../context.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { printable, printableJson } from '../printable.ts'

export const check: CliCommand = {
  words: ['check'],
  summary: 'look for weaknesses of an app and of the gate in front of it',
  examples: [
    ['sekisho check http://127.0.0.1:7860', 'any Gradio app, with a gate or without'],
    ['sekisho check', 'app and gate of sekisho.yaml in this folder'],
    ['sekisho check --sarif --fail-on medium', 'for CI: exit code 3 for medium and worse'],
    ['sekisho check --accept mcp-open', 'this finding is known and wanted'],
  ],
  declare: (command) =>
    command
      .argument('[url]', 'address of the app (upstream: in sekisho.yaml)')
      .option('--config <file>', 'configuration (default: sekisho.yaml here, if there is one)')
      .option('--state-dir <folder>', 'where database and audit log are')
      .option('--key-file <file>', 'where the set-up key is')
      .option('--fail-on <severity>', 'exit code 3 from here on: high, medium, low, never (default: high)')
      .option('--accept <id>', 'a finding that is known and wanted (repeatable)', collect)
      .option('--all', 'also what passed and what could not be looked at')
      .option('--json', 'answer as JSON')
      .option('--sarif', 'answer as SARIF 2.1.0')
      .option('--try-default-credentials', "try a dozen usual passwords at the app's own login")
      .option('--list-requests', 'print every request that is sent, and send none'),
  async run(given, context) {
    const form = formOf(given)
    const failOn = failOnOf(given)
    const accepted = acceptedOf(given)
    if (flag(given, 'listRequests')) {
      for (const line of describeRequests()) context.terminal.print(line)
      return exitCodes.ok
    }
    const config = await findConfig(given, context)
    const file = await readConfigFile(textOption(given, 'config'), context.surroundings)
    const report = await context.parts.check(config, {
      configText: file && { path: file.file, text: file.text },
      tryDefaultCredentials: flag(given, 'tryDefaultCredentials'),
      accepted,
    })
    print(report, form, context, flag(given, 'all'))
    if (failOn !== 'never' && isFailing(report, failOn)) return exitCodes.finding
    return codeWithout(report)
  },
}

/** An audit that saw nothing of the app is no clean bill. */
function codeWithout({ appTrouble }: Report): ExitCode {
  return appTrouble === undefined ? exitCodes.ok : exitCodes.fault
}

function findConfig(given: Given, context: CommandContext): Promise<Config> {
  const url = positional(given, 0)
  // A place of the state tells of no app, and an audit asks nobody by guess.
  const isPlaced = textOption(given, 'stateDir') !== undefined
  return url === undefined && !isPlaced
    ? operatorConfigOf(given, context, 'doors')
    : configOf(given, context, 'doors', url)
}

type Form = 'text' | 'json' | 'sarif'

function formOf(given: Given): Form {
  if (flag(given, 'json') && flag(given, 'sarif'))
    throw new GateFault('usage', '--json and --sarif exclude each other: choose one.')
  if (flag(given, 'json')) return 'json'
  return flag(given, 'sarif') ? 'sarif' : 'text'
}

function failOnOf(given: Given): Severity | 'never' {
  const named = textOption(given, 'failOn') ?? 'high'
  const known = [...severities, 'never'] as const
  const found = known.find((one) => one === named)
  if (found !== undefined) return found
  throw new GateFault('usage', `--fail-on: found ${quote(named)}; allowed is ${known.join(', ')}.`)
}

/** A mistyped name would accept nothing, and nobody would notice. */
function acceptedOf(given: Given): readonly string[] {
  const accepted = listOption(given, 'accept') ?? []
  const unknown = accepted.find((id) => !checks.some((one) => one.id === id))
  if (unknown === undefined) return accepted
  throw new GateFault(
    'usage',
    `--accept: found ${quote(unknown)}; allowed is the name of a check, as findings show it. \`sekisho check --all\` shows all of them.`,
  )
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 60))
}

function print(report: Report, form: Form, { terminal }: CommandContext, all: boolean): void {
  switch (form) {
    case 'json':
      terminal.print(printableJson(reportJson(report)))
      break
    case 'sarif':
      terminal.print(printableJson(reportSarif(report, version())))
      break
    case 'text':
      for (const line of reportLines(report, { all })) terminal.print(printable(line))
      break
  }
}

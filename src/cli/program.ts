/** The command line as commander reads it, and the way from an argument list to an exit code. */
import { Command, CommanderError } from 'commander'
import { GateFault } from '../kit/fault.ts'
import type { CliCommand } from './command.ts'
import { commands } from './commands/index.ts'
import type { CommandContext } from './context.ts'
import { explain } from './explain.ts'
import { exitCodes, exitCodesHelp } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { refusePasswordOption } from './take-password.ts'
import { version } from '../kit/version.ts'

const groups: Readonly<Record<string, string>> = {
  password: 'set, change or remove a password',
  user: 'add, invite, list, change, disable and remove users',
  token: 'create, list and revoke API tokens',
  policy: 'check, test, print and explain who may do what',
  inputs: 'suggest and check rules for what calls may bring',
  session: 'list and end sessions',
  file: 'list and revoke the right to files of the app',
  link: 'list and revoke deep links',
  audit: 'verify and read the audit log',
}

/** Runs one command line (without node and script) to its exit code; throws nothing. */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok
  try {
    refusePasswordOption(args)
    const program = makeProgram(context, (finished) => {
      code = finished
    })
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return exitCodes.ok
    const { words, exitCode } = explain(thrown, context.surroundings.env)
    if (words !== '') context.terminal.say(words)
    return exitCode
  }
}

function makeProgram(context: CommandContext, finish: (code: ExitCode) => void): Command {
  const { terminal } = context
  const program = new Command('sekisho')
    .description('Access control for Gradio apps: a gate with a challenge-response login.')
    .version(version(), '-V, --version', 'print the version')
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => terminal.print(text.replace(/\n$/, '')),
      writeErr: (text) => terminal.say(text.replace(/\n$/, '')),
      // Commander throws the same words as an error, which `explain` says once.
      outputError: () => undefined,
    })
    .addHelpText(
      'after',
      `\nExamples:\n${examples([
        ['sekisho gate http://127.0.0.1:7860', 'put the login in front of the app on port 7860'],
        ['sekisho init', 'write a commented sekisho.yaml'],
        ['sekisho gate --help', 'everything the gate takes'],
      ])}\n\n${exitCodesHelp}`,
    )
  for (const command of commands) addCommand(program, command, context, finish)
  return program
}

function addCommand(
  program: Command,
  cliCommand: CliCommand,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  const [first, second] = cliCommand.words
  const parent = second === undefined ? program : groupOf(program, first)
  cliCommand
    .declare(parent.command(second ?? first).description(cliCommand.summary))
    .allowExcessArguments(false)
    .addHelpText('after', `\nExamples:\n${examples(cliCommand.examples)}\n\n${exitCodesHelp}`)
    .action(async (...given: unknown[]) => {
      // Commander hands over the arguments, then the options, then the command.
      const options = given.at(-2) as Readonly<Record<string, unknown>>
      finish(await cliCommand.run({ positional: given.slice(0, -2), options }, context))
    })
}

function groupOf(program: Command, name: string): Command {
  const found = program.commands.find((command) => command.name() === name)
  return (
    found ??
    program
      .command(name)
      .description(groups[name] ?? '')
      .action((_options, command: Command) => {
        const verbs = command.commands.map((verb) => verb.name()).join(', ')
        throw new GateFault('usage', `sekisho ${name}: say what to do: ${verbs}. See: sekisho ${name} --help`)
      })
  )
}

function examples(lines: CliCommand['examples']): string {
  return lines.map(([line, does]) => `  $ ${line}\n      ${does}`).join('\n')
}

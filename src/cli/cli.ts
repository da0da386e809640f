/** The `sekisho` command: the process around one command line. */
import { homedir } from 'node:os'
import { systemClock } from '../kit/clock.ts'
import { exitCodes } from './exit-codes.ts'
import { explain } from './explain.ts'
import { makeFaultReporter } from './fault-reporter.ts'
import { makeParts } from './make-parts.ts'
import { runProgram } from './program.ts'
import { makePrompts } from './prompts.ts'
import { makeTerminal } from './terminal.ts'
import { untilStopped } from './until-stopped.ts'

// `sekisho audit tail | head`: the reader has gone. No words about that, and no success either: what was to be shown, a
// new token perhaps, was not.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (terminal.isSending) return
  if (error.code !== 'EPIPE')
    terminal.say(`Standard output can't be written: the system says ${error.code ?? error.message}.`)
  process.exit(exitCodes.fault)
})

const terminal = makeTerminal(process)
const inWords = (fault: unknown) => explain(fault, process.env).words
const onFault = makeFaultReporter(terminal.say, inWords, systemClock)

// A bug outside every request: the process is in no known state and ends, with words in place of a stack.
process.on('uncaughtException', (thrown) => {
  terminal.say(inWords(thrown))
  process.exit(exitCodes.fault)
})

process.exitCode = await runProgram(process.argv.slice(2), {
  terminal,
  prompts: makePrompts(process.stdin, process.stderr),
  surroundings: { cwd: process.cwd(), home: homedir(), env: process.env },
  clock: systemClock,
  parts: makeParts({ env: process.env, clock: systemClock, onFault, say: terminal.say }),
  stopped: () => untilStopped(process),
})

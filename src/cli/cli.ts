/** The `sekisho` command: the process around one command line. */
import { homedir } from 'node:os'
import { systemClock } from '../kit/clock.ts'
import { explain } from './explain.ts'
import { makeParts } from './make-parts.ts'
import { runProgram } from './program.ts'
import { makePrompts } from './prompts.ts'
import { makeTerminal } from './terminal.ts'
import { untilStopped } from './until-stopped.ts'

// `sekisho audit tail | head`: the reader has gone, and that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const terminal = makeTerminal(process)
const onFault = (fault: unknown) => terminal.say(explain(fault, process.env).words)

process.exitCode = await runProgram(process.argv.slice(2), {
  terminal,
  prompts: makePrompts(process.stdin, process.stderr),
  surroundings: { cwd: process.cwd(), home: homedir(), env: process.env },
  clock: systemClock,
  parts: makeParts({ env: process.env, clock: systemClock, onFault }),
  stopped: () => untilStopped(process),
})

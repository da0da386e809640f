/** What was thrown, in one calm paragraph, and the exit code that goes with it. */
import { CommanderError } from 'commander'
import { GateFault } from '../kit/fault.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { printable } from './printable.ts'
import { Interrupted } from './prompts.ts'

export interface Explanation {
  readonly words: string
  readonly exitCode: ExitCode
}

export function explain(thrown: unknown, env: Readonly<Record<string, string | undefined>>): Explanation {
  const plain = inWords(thrown)
  const wantsDetails = env['SEKISHO_DEBUG'] !== undefined && env['SEKISHO_DEBUG'] !== ''
  if (!wantsDetails || !(thrown instanceof Error)) return plain
  return { ...plain, words: `${plain.words}\n\n${stacks(thrown)}` }
}

function inWords(thrown: unknown): Explanation {
  if (thrown instanceof GateFault) {
    return { words: `sekisho: ${byLine(thrown.message)}`, exitCode: exitCodeOf(thrown.code) }
  }
  if (thrown instanceof Interrupted) {
    return { words: 'sekisho: interrupted; nothing was done.', exitCode: exitCodes.interrupted }
  }
  if (thrown instanceof CommanderError) {
    // `commander.help` is help shown in place of a missing command; it has been said already.
    if (thrown.code === 'commander.help') return { words: '', exitCode: exitCodes.usage }
    const message = byLine(thrown.message.replace(/^error: /, ''))
      // `--option=value` with a value that may be private.
      .replace(/(option '-[^'=]*)=[^']*'/, "$1'")
      .replace(/ but got \d+:.*$/s, '.')
    return { words: `sekisho: ${message}\nSee: sekisho --help`, exitCode: exitCodes.usage }
  }
  return {
    words:
      'sekisho: something broke that should not have. Run it again with SEKISHO_DEBUG=1 for the details that a report needs.',
    exitCode: exitCodes.fault,
  }
}

function byLine(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

function stacks(thrown: Error): string {
  const own = thrown.stack ?? thrown.message
  return thrown.cause instanceof Error ? `${own}\nCaused by: ${stacks(thrown.cause)}` : own
}

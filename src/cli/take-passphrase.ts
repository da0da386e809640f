/** Where the pass-phrase of a backup comes from: a hidden prompt, standard input or the generator. Never an argument. */
import { normalizePassword } from '../contract/contract.ts'
import { defaultPasswordRules, judgePassword, type Guessing } from '../contract/password-rules.ts'
import { GateFault } from '../kit/fault.ts'
import { Secret } from '../kit/secret.ts'
import type { CommandContext } from './context.ts'
import { loadGuessing } from './guessing.ts'
import { explainPassword } from './password-words.ts'

const mostInput = 4096

export interface PassphraseWays {
  readonly stdin: boolean
  readonly generate: boolean
}

export function checkWays({ stdin, generate }: PassphraseWays): void {
  if (stdin && generate)
    throw new GateFault('usage', '--passphrase-stdin and --generate exclude each other: choose one.')
}

/** For a new backup: held to the rules of a password, since whoever has the file can try as often as they like. */
export async function takeNewPassphrase(ways: PassphraseWays, context: CommandContext): Promise<Secret> {
  if (ways.generate) return context.parts.generatePassphrase()
  if (ways.stdin) return accept(await readOnce(context), await loadGuessing())
  requireTerminal(
    context,
    'Give it on standard input with --passphrase-stdin, or let one be made: --generate.',
  )
  const guessing = await loadGuessing()
  const typed = await context.prompts.hidden({
    message: `A pass-phrase for this backup (${defaultPasswordRules.least} characters or more)`,
    check: (first) => trouble(first, guessing),
  })
  await context.prompts.hidden({
    message: 'The same once more',
    check: (again) => (normalizePassword(again) === normalizePassword(typed) ? undefined : 'The two differ.'),
  })
  return accept(typed, guessing)
}

/** Of a backup that there is: whatever it is, it opens it or doesn't. */
export async function takeOldPassphrase(stdin: boolean, context: CommandContext): Promise<Secret> {
  if (stdin) return new Secret(await readOnce(context))
  requireTerminal(context, 'Give it on standard input with --passphrase-stdin.')
  return new Secret(await context.prompts.hidden({ message: 'The pass-phrase of the backup' }))
}

function requireTerminal({ terminal }: CommandContext, remedy: string): void {
  if (terminal.interactive) return
  throw new GateFault('usage', `A pass-phrase is needed and there is no terminal to ask at. ${remedy}`)
}

/** `echo` and editors end the line; the pass-phrase ends before. */
async function readOnce({ terminal }: CommandContext): Promise<string> {
  return (await terminal.readInput(mostInput)).replace(/\r?\n$/, '')
}

function accept(typed: string, guessing: Guessing): Secret {
  const reason = trouble(typed, guessing)
  if (reason !== undefined) throw new GateFault('usage', reason)
  return new Secret(typed)
}

function trouble(typed: string, guessing: Guessing): string | undefined {
  const verdict = judgePassword(typed, defaultPasswordRules, guessing)
  return verdict.ok
    ? undefined
    : explainPassword(verdict.reasons).replace('This password', 'This pass-phrase')
}

/** Where a password comes from: a hidden prompt, standard input or the generator. Never an argument. */
import { normalizePassword, type PasswordRules } from '../contract/contract.ts'
import { judgePassword, type Guessing } from '../contract/password-rules.ts'
import { GateFault } from '../kit/fault.ts'
import { Secret } from '../kit/secret.ts'
import type { CommandContext } from './context.ts'
import { loadGuessing } from './guessing.ts'
import { explainPassword } from './password-words.ts'

export type PasswordSource = 'prompt' | 'stdin' | 'generate'

export interface TakenPassword {
  readonly password: Secret
  /** A generated one is printed, once; a typed one is known already. */
  readonly generated: boolean
}

/** What is asked for. */
export interface WantedPassword {
  /** In the prompt: "The password …". */
  readonly whose: string
  readonly rules: PasswordRules
}

const mostInput = 4096

/** Throws GateFault `usage` with the reasons when there is no way to a password or it is refused. */
export async function takePassword(
  source: PasswordSource,
  context: CommandContext,
  wanted: WantedPassword,
): Promise<TakenPassword> {
  switch (source) {
    case 'generate':
      return { password: await context.parts.generatePassphrase(), generated: true }
    case 'stdin': {
      const typed = (await readPassword(context)).reveal()
      return { password: accept(typed, wanted, await loadGuessing()), generated: false }
    }
    case 'prompt':
      return { password: await ask(context, wanted), generated: false }
  }
}

/** What stands on standard input, to compare with a password that is set: rules may have changed since. */
export async function readPassword({ terminal }: CommandContext): Promise<Secret> {
  return new Secret(normalizePassword(withoutLineEnd(await terminal.readInput(mostInput))))
}

/** Chosen by two options that exclude each other. */
export function passwordSource(options: {
  readonly stdin: boolean
  readonly generate: string | false
}): PasswordSource {
  if (options.stdin && options.generate !== false) {
    throw new GateFault('usage', `--password-stdin and ${options.generate} exclude each other: choose one.`)
  }
  if (options.stdin) return 'stdin'
  return options.generate === false ? 'prompt' : 'generate'
}

async function ask({ terminal, prompts }: CommandContext, wanted: WantedPassword): Promise<Secret> {
  if (!terminal.interactive) {
    throw new GateFault(
      'usage',
      'A password is needed and there is no terminal to ask at. Give it on standard input with --password-stdin, or let one be made: ' +
        '`sekisho password set --generate`, `sekisho gate --generate-password`.',
    )
  }
  const guessing = await loadGuessing()
  const typed = await prompts.hidden({
    message: `The password ${wanted.whose} (${wanted.rules.least} characters or more)`,
    check: (first) => {
      const verdict = judgePassword(first, wanted.rules, guessing)
      return verdict.ok ? undefined : explainPassword(verdict.reasons)
    },
  })
  await prompts.hidden({
    message: 'The same once more',
    check: (again) => (normalizePassword(again) === normalizePassword(typed) ? undefined : 'The two differ.'),
  })
  return accept(typed, wanted, guessing)
}

function accept(typed: string, { rules }: WantedPassword, guessing: Guessing): Secret {
  const verdict = judgePassword(typed, rules, guessing)
  if (!verdict.ok) throw new GateFault('usage', explainPassword(verdict.reasons))
  return new Secret(verdict.password)
}

/** `echo` and editors end the line; the password ends before. */
function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '')
}

// `-psecret` too: the way of older database clients.
const passwordOption = /^(?:-p.*|--p(?:ass(?:word|phrase|wd)?|w(?:or)?d?)?(?:=.*)?)$/is

/** Throws when somebody tries to pass a password as an option; the value is never repeated. */
export function refusePasswordOption(args: readonly string[]): void {
  if (args.some((arg) => passwordOption.test(arg))) throw passwordOnCommandLine()
}

export function passwordOnCommandLine(): GateFault {
  return new GateFault(
    'usage',
    'A password is never taken from the command line: other users of this machine see it in the process list, and the shell keeps it in ' +
      'its history. If you typed a real one, choose another. Ways: the prompt, --password-stdin, or a generated one (--generate for ' +
      '`password set`, --generate-password for `gate`).',
  )
}

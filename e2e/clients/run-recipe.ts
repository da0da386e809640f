/** Runs a recipe of the documentation as a reader would: the text as it stands, the token in the environment. */
import { setUpGradio } from '../../scripts/setup-gradio.ts'
import { startClient } from './start-client.ts'

export type Language = 'python' | 'js' | 'sh'

/** Answers what it printed. */
export async function runRecipe(language: Language, text: string, token: string): Promise<string> {
  const { command, args, env, cwd } = await interpreterOf(language)
  const client = await startClient(command, [...args, text], { ...env, SEKISHO_TOKEN: token }, cwd)
  try {
    await client.succeeded()
    return client.output()
  } finally {
    await client.stop()
  }
}

interface Interpreter {
  readonly command: string
  /** The recipe's text comes after these. */
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

async function interpreterOf(language: Language): Promise<Interpreter> {
  switch (language) {
    case 'python': {
      const { python, env } = await setUpGradio('rig')
      return { command: python, args: ['-c'], env }
    }
    case 'js':
      // From here Node finds @gradio/client.
      return {
        command: process.execPath,
        args: ['--input-type=module', '--eval'],
        cwd: import.meta.dirname,
      }
    case 'sh':
      return { command: 'sh', args: ['-c'] }
  }
}

/** A benchmark as a command: what this machine lacks is said in words, and nothing that was started stays behind. */
import { SetupProblem } from '../scripts/setup-problem.ts'

export async function runAsCommand(main: () => Promise<void>): Promise<void> {
  // The processes that we started end with ours only on an ordinary exit.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  await main().catch((thrown: unknown) => {
    if (!(thrown instanceof SetupProblem)) throw thrown
    process.stderr.write(`${thrown.message}\n`)
    process.exitCode = 1
  })
}

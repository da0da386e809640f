/** Starts a client program in a folder of its own, which is gone when it is stopped. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startProcessGroup, type ProcessGroup } from '../../scripts/process-group.ts'

export interface ClientProgram extends Pick<ProcessGroup, 'output' | 'running'> {
  /** Waits for its end; throws what it said unless it ended well. */
  succeeded(): Promise<void>
  stop(): Promise<void>
}

export async function startClient(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  cwd?: string,
): Promise<ClientProgram> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sekisho-client-'))
  const program = startProcessGroup({
    command,
    args,
    cwd: cwd ?? folder,
    env: {
      // Where the clients put what they download.
      TMPDIR: folder,
      // Nothing of the machine's: no account of its user, no proxy.
      HF_HUB_OFFLINE: '1',
      HF_HOME: folder,
      HF_TOKEN: undefined,
      GRADIO_ANALYTICS_ENABLED: 'False',
      NO_PROXY: '127.0.0.1,localhost',
      no_proxy: '127.0.0.1,localhost',
      ...env,
    },
  })
  return {
    output: program.output,
    get running() {
      return program.running
    },
    succeeded: async () => {
      const { code } = await program.exited
      if (code !== 0) throw new Error(`The client failed:\n${program.output()}`)
    },
    stop: async () => {
      await program.stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

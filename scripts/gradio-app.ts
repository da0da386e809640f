/** Starts a Gradio app, a Python file, on loopback and answers when it does. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort, untilItAnswers } from './loopback.ts'
import { startProcessGroup, type ProcessGroup } from './process-group.ts'
import type { GradioEnvironment } from './setup-gradio.ts'

export interface GradioAppOptions {
  readonly environment: GradioEnvironment
  readonly file: string
  readonly env?: Readonly<Record<string, string>>
  /** A free one by default. */
  readonly port?: number
}

export interface GradioApp {
  readonly url: string
  readonly port: number
  readonly process: ProcessGroup
  /** Where Gradio keeps uploads and results; gone after `stop`. */
  readonly temporary: string
  stop(): Promise<void>
}

const leash = path.join(import.meta.dirname, 'leash.py')

export async function startGradioApp(options: GradioAppOptions): Promise<GradioApp> {
  const port = options.port ?? (await freePort())
  const temporary = await mkdtemp(path.join(tmpdir(), 'sekisho-app-'))
  const app = startProcessGroup({
    command: options.environment.python,
    args: [leash, options.file],
    cwd: path.dirname(options.file),
    env: {
      ...withoutGradio(),
      ...options.environment.env,
      ...gradioVariables(port, temporary),
      ...options.env,
    },
  })
  const stop = async () => {
    await app.stop()
    await rm(temporary, { recursive: true, force: true, maxRetries: 3 })
  }
  const url = `http://127.0.0.1:${String(port)}`
  try {
    // `/` is 200 or, with `auth_dependency`, 401 (gradio/routes.py 6.31).
    await untilItAnswers(`${url}/`, [200, 401], {
      what: `The Gradio app ${path.basename(options.file)}`,
      process: app,
    })
  } catch (thrown) {
    await stop()
    throw thrown
  }
  return { url, port, process: app, temporary, stop }
}

/** Read by `launch()` where the app names nothing else (gradio/http_server.py 6.31). */
function gradioVariables(port: number, temporary: string): Record<string, string> {
  return {
    GRADIO_SERVER_NAME: '127.0.0.1',
    GRADIO_SERVER_PORT: String(port),
    GRADIO_NUM_PORTS: '1',
    GRADIO_TEMP_DIR: temporary,
    GRADIO_ANALYTICS_ENABLED: 'False',
    HF_HUB_OFFLINE: '1',
    // Gradio asks itself whether it stands; a proxy of the environment would be asked instead.
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
  }
}

/** What a person has set for their own apps must not change ours. */
function withoutGradio(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) => name.startsWith('GRADIO_'))
  return Object.fromEntries(names.map((name) => [name, undefined]))
}

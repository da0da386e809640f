/** Runs client_uses.py, with a temporary folder of its own, and reads what it tells. */
import path from 'node:path'
import { vi } from 'vitest'
import { setUpGradio, type GradioEnvironment } from '../../scripts/setup-gradio.ts'
import type { Told } from './client-uses.ts'
import { startClient } from './start-client.ts'

const script = path.join(import.meta.dirname, 'client_uses.py')
/** Where `sekisho_proof` is. */
const recipeFolder = path.join(import.meta.dirname, '..', '..', 'examples', 'bound-python')

export interface PythonOptions {
  readonly url: string
  readonly job: 'use' | 'connect' | 'endless'
  readonly token?: string | undefined
  /** The file of the token's key, if it is bound to one. */
  readonly key?: string | undefined
  /** What to do as soon as the program told a use. */
  readonly after?: { readonly use: string; readonly deed: () => Promise<unknown> }
}

/** A Python that finds gradio_client, and the recipe for bound tokens. */
export async function setUpPythonClient(): Promise<GradioEnvironment> {
  const { python, env } = await setUpGradio('rig')
  const folders = [recipeFolder, ...(env['PYTHONPATH'] === undefined ? [] : [env['PYTHONPATH']])]
  const PYTHONPATH = folders.join(path.delimiter)
  return { python, env: { ...env, PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1' } }
}

export async function runPythonClient({ url, job, token, key, after }: PythonOptions): Promise<Told> {
  const { python, env } = await setUpPythonClient()
  const around = { ...env, SEKISHO_TOKEN: token, SEKISHO_KEY: key }
  const client = await startClient(python, [script, url, job], around)
  const told = () =>
    client
      .output()
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('["'))
      .map((line) => JSON.parse(line) as Told[number])
  try {
    if (after !== undefined) {
      const { use, deed } = after
      await vi.waitUntil(() => !client.running || told().some(([name]) => name === use), patience)
      await deed()
    }
    await client.succeeded()
    return told()
  } finally {
    await client.stop()
  }
}

const patience = { timeout: 60_000, interval: 50 }

/** What a result was measured on: numbers of two machines can't be compared, ratios a little. */
import { cpus, release, totalmem, type } from 'node:os'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { readCommit } from '../scripts/read-commit.ts'
import { runCommand } from '../scripts/run-command.ts'
import { setUpCaddy, setUpNginx } from '../scripts/setup-proxies.ts'

export interface Machine {
  readonly date: string
  /** Of the tree; `+` when it had changes that were not committed. */
  readonly commit: string
  readonly cpu: string
  readonly cores: number
  readonly memory: string
  readonly system: string
  readonly node: string
  readonly undici: string
  readonly gradio: string
  readonly nginx: string
  readonly caddy: string
}

const root = path.resolve(import.meta.dirname, '..')

/** What every result says of where it comes from, as the beginning of a sentence. */
export async function measuredOn(): Promise<string> {
  const { date, commit, cpu, cores, system, node } = await describeHost()
  return `Measured on ${date} at commit ${commit}: ${cpu}, ${String(cores)} cores, ${system}, Node ${node}`
}

async function describeHost() {
  const [first] = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: await readCommit(),
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    system: `${type()} ${release()}`,
    node: process.version,
  }
}

export async function describeMachine(): Promise<Machine> {
  const [nginx, caddy] = [await setUpNginx(), await setUpCaddy()]
  return {
    ...(await describeHost()),
    memory: `${String(Math.round(totalmem() / 2 ** 30))} GiB`,
    undici: await readUndici(),
    gradio: await readGradio(),
    // nginx says it on stderr.
    nginx: await readVersion(nginx, ['-v']),
    caddy: await readVersion(caddy, ['version']),
  }
}

async function readVersion(program: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runCommand(program, args)
  return /\d+(?:\.\d+)+/.exec(stdout + stderr)?.[0] ?? 'unknown'
}

async function readUndici(): Promise<string> {
  const text = await readFile(path.join(root, 'package.json'), 'utf8')
  return (JSON.parse(text) as { dependencies: Record<string, string> }).dependencies['undici'] ?? 'unknown'
}

async function readGradio(): Promise<string> {
  const pinned = await readFile(path.join(root, 'demo', 'constraints.txt'), 'utf8')
  return /^gradio==(\S+)/m.exec(pinned)?.[1] ?? 'unknown'
}

/** The app's process when it runs on this machine (Linux, proc(5)): who runs it and where it keeps its files. */
import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { readListeners } from './listening.ts'

export interface AppProcess {
  readonly pid: number
  /** The user it runs as; 0 is root. */
  readonly uid: number
  /** Undefined when this user may not read the process's environment. */
  readonly environment: AppEnvironment | undefined
  /** The app's own Python files, as its command line names them. */
  readonly sources: readonly { readonly name: string; readonly text: string }[]
}

/** The few variables that are looked for; nothing else of an environment is kept. */
export interface AppEnvironment {
  /** Where Gradio keeps uploads and results (gradio/utils.py 6.31), and whether it was chosen. */
  readonly temp: { readonly folder: string; readonly chosen: boolean; readonly mode: number | undefined }
  readonly onSpaces: boolean
}

const largestSource = 1024 * 1024

/** Undefined when no Python of this machine is seen to listen there: a tunnel or a proxy isn't the app. */
export async function findAppProcess(port: number): Promise<AppProcess | undefined> {
  const inodes = new Set((await readListeners(port)).map(({ inode }) => `socket:[${inode}]`))
  if (inodes.size === 0) return undefined
  const entries = await readdir('/proc').catch(() => [])
  for (const id of entries.filter((name) => /^\d+$/.test(name))) {
    if (await holds(id, inodes)) return readProcess(id)
  }
  return undefined
}

async function holds(id: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${id}/fd`
  for (const name of await readdir(folder).catch(() => [])) {
    if (sockets.has(await readlink(join(folder, name)).catch(() => ''))) return true
  }
  return false
}

async function readProcess(id: string): Promise<AppProcess | undefined> {
  const owner = await stat(`/proc/${id}`).catch(() => undefined)
  if (owner === undefined) return undefined
  const cwd = await readlink(`/proc/${id}/cwd`).catch(() => undefined)
  const command = (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).split('\0')
  const program = await readlink(`/proc/${id}/exe`).catch(() => command[0] ?? '')
  if (!/^(?:python|pypy)/i.test(basename(program))) return undefined
  const files = command.filter((part) => part.endsWith('.py'))
  const sources = await Promise.all(files.map((file) => readSource(resolve(cwd ?? '/', file))))
  return {
    pid: Number(id),
    uid: owner.uid,
    environment: await readEnvironment(id, cwd),
    sources: sources.filter((source) => source !== undefined),
  }
}

async function readSource(file: string): Promise<AppProcess['sources'][number] | undefined> {
  try {
    if ((await stat(file)).size > largestSource) return undefined
    return { name: basename(file), text: await readFile(file, 'utf8') }
  } catch {
    return undefined
  }
}

async function readEnvironment(id: string, cwd: string | undefined): Promise<AppEnvironment | undefined> {
  const text = await readFile(`/proc/${id}/environ`, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const valueOf = (name: string) =>
    text
      .split('\0')
      .find((line) => line.startsWith(`${name}=`))
      ?.slice(name.length + 1)
  const given = valueOf('GRADIO_TEMP_DIR') ?? ''
  const folder = given === '' ? join(valueOf('TMPDIR') ?? tmpdir(), 'gradio') : resolve(cwd ?? '/', given)
  const mode = (await stat(folder).catch(() => undefined))?.mode
  return {
    temp: { folder, chosen: given !== '', mode },
    onSpaces: (valueOf('SYSTEM') ?? '') === 'spaces',
  }
}

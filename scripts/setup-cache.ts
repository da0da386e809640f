/** The cache outside the tree: things that are made once, completely or not at all. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Say } from './progress.ts'

export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const own = env['SEKISHO_CACHE']
  if (own !== undefined && own !== '') return path.resolve(own)
  const xdg = env['XDG_CACHE_HOME']
  return xdg !== undefined && path.isAbsolute(xdg)
    ? path.join(xdg, 'sekisho')
    : path.join(homedir(), '.cache', 'sekisho')
}

/** A short name for contents: what it was made from decides where it stands. */
export function keyOf(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16)
}

/**
 * Answers `dir`, made by `make` in a directory beside it and renamed into place, so that nobody ever sees half of it.
 * A second process waits for the first; should both make it all the same, the first rename stands.
 */
export async function makeOnce(
  dir: string,
  say: Say,
  make: (temporary: string) => Promise<void>,
): Promise<string> {
  if (existsSync(dir)) return dir
  await mkdir(path.dirname(dir), { recursive: true })
  const release = await takeLock(`${dir}.lock`, say)
  try {
    if (existsSync(dir)) return dir
    const temporary = `${dir}.making-${String(process.pid)}`
    await rm(temporary, { recursive: true, force: true })
    await mkdir(temporary)
    try {
      await make(temporary)
      await rename(temporary, dir)
    } catch (thrown) {
      await rm(temporary, { recursive: true, force: true })
      if (!existsSync(dir)) throw thrown
    }
    return dir
  } finally {
    await release()
  }
}

/** A lock is a directory that holds its owner's process id; one whose owner is gone is taken over. */
async function takeLock(lock: string, say: Say): Promise<() => Promise<void>> {
  const owner = path.join(lock, 'pid')
  let told = false
  for (;;) {
    try {
      await mkdir(lock)
      await writeFile(owner, String(process.pid))
      return () => rm(lock, { recursive: true, force: true })
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
    }
    if (await isAbandoned(lock, owner)) {
      await rm(lock, { recursive: true, force: true })
      continue
    }
    if (!told) say(`Another process is setting up ${path.basename(lock, '.lock')}; waiting for it …`)
    told = true
    await delay(500)
  }
}

async function isAbandoned(lock: string, owner: string): Promise<boolean> {
  const pid = Number(await readFile(owner, 'utf8').catch(() => ''))
  if (pid > 0) return !isAlive(pid)
  // Between mkdir and writeFile there is no owner yet: only an old lock without one is abandoned.
  const made = await stat(lock).then(
    (found) => found.mtimeMs,
    () => Date.now(),
  )
  return Date.now() - made > 10_000
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Files that only the gate reads, replaced as a whole: whenever the power goes, it is the old one or the new one. */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errorCode } from '../kit/error-code.ts'
import { GateFault } from '../kit/fault.ts'

/** Undefined when there is none. Throws GateFault `certificate-unavailable`. */
export async function readPrivateFile(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined
    throw unusable(file, 'read', cause)
  }
}

/** Throws GateFault `certificate-unavailable`. */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  try {
    await replace(file, text)
  } catch (cause) {
    throw unusable(file, 'written', cause)
  }
}

/** Draft, fsync, rename, fsync of the folder: rename(2) replaces a name atomically, and only fsync makes it last. */
async function replace(file: string, text: string): Promise<void> {
  const folder = dirname(file)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await removeDrafts(file)
  const draft = `${file}.draft-${randomUUID()}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } catch (cause) {
    await unlink(draft)
    throw cause
  } finally {
    await handle.close()
  }
  await rename(draft, file)
  if (process.platform === 'win32') return
  const directory = await open(folder, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** A process that was killed between draft and rename leaves one behind, with a key in it. */
async function removeDrafts(file: string): Promise<void> {
  const drafts = (await readdir(dirname(file))).filter((name) => name.startsWith(`${basename(file)}.draft-`))
  for (const name of drafts) await unlink(join(dirname(file), name)).catch(() => undefined)
}

function unusable(file: string, deed: 'read' | 'written', cause: unknown): GateFault {
  const words = `The file ${file} can't be ${deed} (${errorCode(cause) ?? 'unknown'}). Everything in its folder belongs to the user that runs the gate.`
  return new GateFault('certificate-unavailable', words, { cause })
}

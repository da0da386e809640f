/** Where a backup goes: a file that appears at once and whole, or a stream. */
import { access, link, lstat, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errorCode } from '../kit/error-code.ts'
import { GateFault } from '../kit/fault.ts'
import { randomName } from '../kit/random.ts'
import { failed } from './faults.ts'
import { syncPath, writeNewFile } from './write-file.ts'

export type Target =
  | { readonly kind: 'file'; readonly path: string; readonly replace: boolean }
  | { readonly kind: 'stream'; write(pieces: AsyncIterable<Uint8Array>): Promise<void> }

/** Before anybody is asked for a pass-phrase. */
export async function checkTarget(target: Target): Promise<void> {
  if (target.kind === 'stream') return
  const { path, replace } = target
  // Of the name itself, since it is the name that the backup takes and not what a link leads to.
  const found = await lstat(path).catch(() => undefined)
  if (found?.isDirectory() === true) {
    throw new GateFault('usage', `${path} is a folder. Name the file, as in ${join(path, 'sekisho.age')}.`)
  }
  // Root would replace /dev/null for the whole machine.
  if (found?.isFile() === false) {
    throw new GateFault(
      'usage',
      `${path} is a link, a device or a pipe, and a backup would take its name. Name a file, or - for standard output.`,
    )
  }
  if (found !== undefined && !replace) throw exists(path)
  const folder = dirname(path)
  await access(folder).catch((cause: unknown) => {
    throw new GateFault('usage', `There is no folder ${folder} for the backup.`, { cause })
  })
}

/**
 * Writes beside the file, and gives it its name when all of it is on disk and `seal` has agreed. What a killed process
 * left there, encrypted, is removed first: nobody else works under this `mark`, since the state is claimed.
 */
export async function writeFileTarget(
  { path, replace }: Extract<Target, { kind: 'file' }>,
  pieces: AsyncIterable<Uint8Array>,
  { mark, before }: { readonly mark: string; readonly before: () => Promise<void> },
): Promise<number> {
  const folder = dirname(path)
  const draft = join(folder, `.${mark}-${randomName(8)}.draft`)
  try {
    await sweep(folder, mark)
    const { bytes } = await writeNewFile(draft, pieces)
    await before()
    if (replace) await rename(draft, path)
    else await takeFreeName(draft, path)
    await syncFolder(folder)
    return bytes
  } catch (cause) {
    throw cause instanceof GateFault ? cause : failed(`The backup can't be written to ${path}`, cause)
  } finally {
    await rm(draft, { force: true })
  }
}

async function syncFolder(folder: string): Promise<void> {
  try {
    await syncPath(folder)
  } catch (cause) {
    // One that can't be read can't be brought to disk by us either; the file itself is there.
    if (errorCode(cause) !== 'EACCES') throw cause
  }
}

async function sweep(folder: string, mark: string): Promise<void> {
  // A folder that one may only drop things into is a good place for backups.
  const names = await readdir(folder).catch(() => [])
  const drafts = names.filter((name) => name.startsWith(`.${mark}-`) && name.endsWith('.draft'))
  for (const name of drafts) await rm(join(folder, name), { force: true })
}

async function takeFreeName(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path)
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') throw exists(path)
    // A memory stick's file system has no links: an empty file of ours holds the name instead.
    await (await open(path, 'wx', 0o600)).close()
    await rename(draft, path)
  }
}

function exists(path: string): GateFault {
  return new GateFault(
    'usage',
    `${path} exists already, and a backup may be the only one. Name another file than ${basename(path)}, or replace it with --force.`,
  )
}

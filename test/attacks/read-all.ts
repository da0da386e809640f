/** Every byte of every file in a folder and below, as Latin-1: what a thief of the disk, or a reader of logs, has. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

export async function readAll(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const texts = await Promise.all(
    files.map((file) => readFile(path.join(file.parentPath, file.name), 'latin1')),
  )
  return texts.join('\n')
}

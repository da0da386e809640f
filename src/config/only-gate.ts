/** Which gate an operator means who names none: the only one that has kept something here. */
import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { defaultStateDir, slugOf, type Surroundings } from './defaults.ts'

const anyApp = new URL('http://127.0.0.1:7860')

/** The address of its app, as its state folder is named; undefined when there is none, or more than one. */
export async function findOnlyGate(surroundings: Surroundings): Promise<string | undefined> {
  const entries = await readdir(dirname(defaultStateDir(anyApp, surroundings)), {
    withFileTypes: true,
  }).catch(() => [])
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const [folder] = folders
  if (folder === undefined || folders.length > 1) return undefined
  const cut = folder.lastIndexOf('-')
  const address = `http://${folder.slice(0, cut)}:${folder.slice(cut + 1)}`
  return URL.canParse(address) && slugOf(new URL(address)) === folder ? address : undefined
}

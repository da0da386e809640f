/**
 * The lock in the package, as `npm-shrinkwrap.json`, so that users can install the very versions that were checked and tested
 * here: unpack, `npm ci --omit=dev`. npm means it for just this: "daemons and command-line tools"
 * (npm-shrinkwrap.json(5)). `prepack` puts it there, `postpack` takes it away: in the tree it would stand above the lock.
 */
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const file = join(root, 'npm-shrinkwrap.json')

if (process.argv.includes('--remove')) rmSync(file, { force: true })
else copyFileSync(join(root, 'package-lock.json'), file)

/** Builds the package: the server with tsc, the pages with esbuild, and the files that the server reads at run time. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildWeb } from './build-web.ts'

const root = join(import.meta.dirname, '..')

const compiled = spawnSync(join(root, 'node_modules/.bin/tsc'), ['--build', 'src'], {
  cwd: root,
  stdio: 'inherit',
})
if (compiled.status !== 0) process.exit(compiled.status ?? 1)

for (const file of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
  if (!/\.(cedar|cedarschema|sql)$/.test(file)) continue
  mkdirSync(dirname(join(root, 'dist', file)), { recursive: true })
  cpSync(join(root, 'src', file), join(root, 'dist', file))
}
await buildWeb()
console.log('built into dist/')

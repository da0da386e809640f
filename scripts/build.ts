/**
 * Builds the package: the server with tsc, the pages with esbuild, the files that the server reads at run time, and the bill
 * of materials. `--clean` begins with an empty dist/, so that nothing of a removed source is packed.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildWeb } from './build-web.ts'
import { makeSbom, readSbomSource } from './make-sbom.ts'

const root = join(import.meta.dirname, '..')

if (process.argv.includes('--clean')) rmSync(join(root, 'dist'), { recursive: true, force: true })

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
writeFileSync(join(root, 'dist/sbom.cdx.json'), makeSbom(readSbomSource(root, process.env)))
console.log('built into dist/')

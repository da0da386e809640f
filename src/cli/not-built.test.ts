/** The command in a clone in which nothing was built yet. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const clone = mkdtempSync(join(tmpdir(), 'sekisho-clone-'))

beforeAll(() => {
  cpSync(join(root, 'bin'), join(clone, 'bin'), { recursive: true })
  cpSync(join(root, 'package.json'), join(clone, 'package.json'))
})
afterAll(() => rmSync(clone, { recursive: true }))

const run = () =>
  spawnSync(process.execPath, [join(clone, 'bin', 'sekisho.js'), '--version'], { encoding: 'utf8' })

it('says what to do first', () => {
  const { status, stderr } = run()
  expect([status, stderr]).toEqual([
    1,
    'This clone of sekisho is not built yet. In its folder: npm install && npm run build\n',
  ])
})

it('hides no other module that is missing', () => {
  mkdirSync(join(clone, 'dist', 'cli'), { recursive: true })
  writeFileSync(join(clone, 'dist', 'cli', 'cli.js'), "import './gone.js'\n")
  const { status, stderr } = run()
  expect([status, stderr]).toEqual([1, expect.stringContaining('gone.js')])
})

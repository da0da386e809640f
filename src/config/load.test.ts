/** Finding and reading the file. */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GateFault } from '../kit/fault.ts'
import { loadConfig } from './load.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sekisho-config-'))
  await mkdir(join(folder, 'here'))
  await writeFile(join(folder, 'here', 'sekisho.yaml'), 'upstream: http://127.0.0.1:1\n')
  await writeFile(join(folder, 'other.yaml'), 'upstream: http://127.0.0.1:2\npolicy: p.cedar\n')
  await writeFile(join(folder, 'latin1.yaml'), Buffer.from([0x61, 0xe9, 0x0a]))
  await writeFile(join(folder, 'huge.yaml'), '#'.repeat(300_000))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

function load(cwd: string, named?: string, upstream?: string) {
  const surroundings = { cwd: join(folder, cwd), home: folder, env: {} }
  return loadConfig(named, upstream === undefined ? {} : { upstream }, surroundings)
}

test('sekisho.yaml in the working directory is used when no file is named', async () => {
  expect((await load('here')).upstream.port).toBe('1')
})

test('a named file is used instead, with paths relative to its folder', async () => {
  const config = await load('here', '../other.yaml')
  expect(config.upstream.port).toBe('2')
  expect(config.policyFiles).toEqual([join(folder, 'p.cedar')])
})

test('without any file the command line is enough', async () => {
  expect((await load('.', undefined, 'http://127.0.0.1:3')).upstream.port).toBe('3')
})

test('a named file that is missing is a fault, though the command line were enough', async () => {
  await expect(load('.', 'none.yaml', 'http://127.0.0.1:3')).rejects.toThrow(
    new GateFault(
      'config-unreadable',
      `The configuration ${join(folder, 'none.yaml')} can't be read: there is no such file. Write one with: sekisho init.`,
    ),
  )
})

test.each([
  ['here', 'it is a folder; name the file in it'],
  ['latin1.yaml', 'the file is not UTF-8 text. Save it as UTF-8.'],
  ['huge.yaml', 'the file is larger than 256 KiB.'],
])('%s is refused in words', async (named, words) => {
  await expect(load('.', named)).rejects.toThrow(words)
})

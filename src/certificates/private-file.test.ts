/** Files with keys in them: whole, private, and without leftovers. */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readPrivateFile, writePrivateFile } from './private-file.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sekisho-private-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

test('what is written is read, by its owner only', async () => {
  const file = join(folder, 'new', 'certificate.pem')
  expect(await readPrivateFile(file)).toBeUndefined()
  await writePrivateFile(file, 'one')
  await writePrivateFile(file, 'two')
  expect(await readPrivateFile(file)).toBe('two')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await stat(join(folder, 'new'))).mode & 0o777).toBe(0o700)
})

test('drafts that a killed process left are removed, other files are not', async () => {
  const file = join(folder, 'certificate.pem')
  await writeFile(`${file}.draft-1`, 'half a key')
  await writeFile(join(folder, 'account.pem'), 'key')
  await writePrivateFile(file, 'whole')
  expect((await readdir(folder)).sort()).toEqual(['account.pem', 'certificate.pem'])
})

test('a folder in the place of the file is a fault', async () => {
  const fault = { code: 'certificate-unavailable', message: expect.stringContaining('EISDIR') as string }
  await expect(readPrivateFile(folder)).rejects.toMatchObject(fault)
})

test('a file in the place of the folder is a fault', async () => {
  const file = join(folder, 'file')
  await writeFile(file, '')
  await expect(writePrivateFile(join(file, 'key.pem'), 'key')).rejects.toMatchObject({
    code: 'certificate-unavailable',
    message: `The file ${file}/key.pem can't be written (EEXIST). Everything in its folder belongs to the user that runs the gate.`,
  })
})

/** Who may work on a state. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { refuseOtherUser } from './state-owner.ts'

const own = process.getuid?.() ?? 0
const other = own + 1

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sekisho-owner-'))
})
afterEach(() => rm(folder, { recursive: true }))

const asks =
  (user: number | undefined, path = folder) =>
  () => {
    refuseOtherUser(path, user)
  }

test('its owner, and nobody else, while there is only a folder', () => {
  expect(asks(own)).not.toThrow()
  expect(asks(other)).toThrow(/belongs to .*, and this is user.*Run it as its owner: sudo/)
})

test('in a folder that everybody shares: whose the database is', async () => {
  await chmod(folder, 0o1777)
  expect(asks(other)).not.toThrow()
  await writeFile(join(folder, 'sekisho.db'), '')
  expect(asks(own)).not.toThrow()
  expect(asks(other)).toThrow(expect.objectContaining({ code: 'usage' }))
})

test('anybody, where there is nothing yet or users have no numbers', () => {
  expect(asks(other, join(folder, 'nothing'))).not.toThrow()
  expect(asks(undefined)).not.toThrow()
})

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { defaultStateDir } from './defaults.ts'
import { findOnlyGate } from './only-gate.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sekisho-only-'))
})
afterEach(() => rm(home, { recursive: true }))

const around = () => ({ cwd: home, home, env: {} })
const keep = (address: string) => mkdir(defaultStateDir(new URL(address), around()), { recursive: true })

it('is the one whose state is there', async () => {
  await keep('http://127.0.0.1:7861')
  expect(await findOnlyGate(around())).toBe('http://127.0.0.1:7861')
})

it('is nobody when there is none, or a choice', async () => {
  expect(await findOnlyGate(around())).toBeUndefined()
  await keep('http://127.0.0.1:7861')
  await keep('http://127.0.0.1:7862')
  expect(await findOnlyGate(around())).toBeUndefined()
})

it('is nobody when the folder is none of ours', async () => {
  const root = join(defaultStateDir(new URL('http://127.0.0.1:1'), around()), '..')
  await mkdir(join(root, 'something else'), { recursive: true })
  await writeFile(join(root, 'a-1'), '')
  expect(await findOnlyGate(around())).toBeUndefined()
})

/** The set-up key as systemd hands it over: LoadCredential= in a folder of the service's own. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadKeyRing, loadOrMakeKeyRing } from './key-file.ts'

let folder = ''
let file = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sekisho-credential-'))
  file = join(folder, 'sekisho.key')
  await loadOrMakeKeyRing({ env: {}, file })
})

afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a key among the credentials of a service', () => {
  it('may have the group bit that stands for its access list', async () => {
    await chmod(file, 0o440)
    await expect(loadKeyRing({ env: { CREDENTIALS_DIRECTORY: folder }, file })).resolves.toBeDefined()
  })

  it.each([0o444, 0o460, 0o450, 0o441])('may not be open to others (%o)', async (mode) => {
    await chmod(file, mode)
    const env = { CREDENTIALS_DIRECTORY: folder }
    await expect(loadKeyRing({ env, file })).rejects.toMatchObject({ code: 'key-exposed' })
  })

  it.each([{}, { CREDENTIALS_DIRECTORY: '' }, { CREDENTIALS_DIRECTORY: tmpdir() }])(
    'is one only in that very folder (%o)',
    async (env) => {
      await chmod(file, 0o440)
      await expect(loadKeyRing({ env, file })).rejects.toMatchObject({ code: 'key-exposed' })
    },
  )
})

/** Root's hand in the state of a gate that runs as a user of its own. */
import { chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { useBackupRig, type BackupRig } from '../../test/rig/backup-rig.ts'
import type { Config } from '../config/config.ts'

// A backup costs a second of scrypt.
vi.setConfig({ testTimeout: 60_000 })

let [rig, old, empty, file]: [BackupRig, Config, Config, string] = [] as never
useBackupRig((made) => ({ rig, old, empty, file } = made))

// Only root may give away files. Who else is refused, and why: state-owner.test.ts.
describe.runIf(process.getuid?.() === 0)('the state of another user', () => {
  const refused = expect.objectContaining({
    code: 'usage',
    message: expect.stringMatching(/belongs to user 12345, and this is root.*sudo -u '#12345'/) as string,
  }) as unknown

  test('is not touched by backing up or anything else: what root writes would lock that user out', async () => {
    const before = await rig.files('old')
    await chown(join(old.stateDir, 'sekisho.db'), 12_345, 12_346)
    await expect(rig.backup(old, file)).rejects.toEqual(refused)
    await expect(rig.verify(old)).rejects.toEqual(refused)
    await expect(rig.parts.openState(old, 'existing-or-new')).rejects.toEqual(refused)
    expect(await rig.files('old')).toEqual(before)
  })

  test('is not restored into a folder that was made for that user', async () => {
    await rig.backup(old, file)
    await mkdir(empty.stateDir, { recursive: true, mode: 0o700 })
    await chown(empty.stateDir, 12_345, 12_346)
    await expect(rig.restore(empty, file)).rejects.toEqual(refused)
    expect(await rig.files('empty')).toEqual([])
  })
})

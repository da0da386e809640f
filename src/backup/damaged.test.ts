/** Files that are not quite a backup: whatever is wrong with them, nothing of them is put in place. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { findProgram } from '../../scripts/find-program.ts'
import { runCommand } from '../../scripts/run-command.ts'
import { BackupRig, passphrase } from '../../test/rig/backup-rig.ts'
import { entryOf, openSealed, sealAgain, withContent, withManifest } from '../../test/rig/reseal.ts'
import type { Entry } from '../../test/rig/reseal.ts'
import type { Config } from '../config/config.ts'
import { newestVersion } from '../store/engines/sqlite/migrate.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let rig: BackupRig
let old: Config
let file: string
let entries: readonly Entry[]
beforeAll(async () => {
  rig = await BackupRig.make()
  old = rig.machine('old')
  file = rig.path('sekisho.age')
  await rig.fill(old)
  await rig.signIn(old, 'somebody')
  await rig.backup(old, file, { withAudit: true })
  entries = await openSealed(file, passphrase)
})
afterAll(() => rig.destroy())

let empty: Config
let attempts = 0
beforeEach(() => {
  attempts += 1
  empty = rig.machine(`empty-${attempts}`)
})

const fault = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as unknown

const dataOf = (name: string) =>
  Uint8Array.from(entries.find(({ header }) => header.name === name)?.data ?? [])

async function expectRefused(code: string, words: RegExp): Promise<void> {
  await expect(rig.restore(empty, file)).rejects.toEqual(fault(code, words))
  expect(await readdir(rig.home)).not.toContain(`empty-${attempts}`)
}

describe('bytes', () => {
  test('changed anywhere are found, and nothing is restored', async () => {
    await sealAgain(file, passphrase, entries)
    const original = await readFile(file)
    await rig.restore(rig.machine('control'), file)
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.nat(original.length - 1), fc.nat(300)),
        fc.integer({ min: 1, max: 255 }),
        async (place, difference) => {
          const changed = Buffer.from(original)
          changed.writeUInt8(changed.readUInt8(place) ^ difference, place)
          await writeFile(file, changed)
          await expect(rig.restore(empty, file)).rejects.toMatchObject({
            name: 'GateFault',
            code: expect.stringMatching(/^(?:backup-unusable|usage)$/) as string,
          })
          expect(await rig.files(`empty-${attempts}`)).toEqual([])
        },
      ),
      { numRuns: 100 },
    )
  })

  test('missing at the end are found, wherever it was cut', async () => {
    await sealAgain(file, passphrase, entries)
    const original = await readFile(file)
    const lengths = [1, 30, 150, 200, 65_536, original.length - 65_536, original.length - 1]
    for (const length of lengths) {
      await writeFile(file, original.subarray(0, length))
      await expectRefused('backup-unusable', /Nothing was restored/)
    }
  })
})

describe('an archive that somebody who knows the pass-phrase put together', () => {
  test.each<[string, () => readonly Entry[]]>([
    ['without a manifest', () => entries.slice(1)],
    ['with a manifest that is none', () => [entryOf('manifest.json', '{}'), ...entries.slice(1)]],
    ['with one file too many', () => [...entries, entryOf('audit/extra.jsonl', 'x')]],
    ['with a file twice', () => [...entries, ...entries.slice(-1)]],
    ['with a file missing', () => entries.slice(0, -1)],
    [
      'with a link in place of a file',
      () =>
        entries.map((entry) =>
          entry.header.name === 'set-up.key'
            ? { header: { name: 'set-up.key', size: 0, type: 'symlink' as const, linkname: '/etc/passwd' } }
            : entry,
        ),
    ],
    [
      'with other bytes than the manifest says',
      () =>
        entries.map((entry) =>
          entry.header.name === 'sekisho.db'
            ? entryOf('sekisho.db', dataOf('sekisho.db').fill(7, 0, 1))
            : entry,
        ),
    ],
    ...[
      '../escaped.jsonl',
      '/tmp/escaped.jsonl',
      'audit/../../escaped.jsonl',
      'audit/.jsonl',
      'plan.json',
    ].map((name): [string, () => readonly Entry[]] => [
      `with the name ${name}`,
      () =>
        withManifest([...entries, entryOf(name, '')], (manifest) => {
          const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
          manifest.files.push({ name, bytes: 0, sha256 })
        }),
    ]),
  ])('%s is refused', async (_, change) => {
    await sealAgain(file, passphrase, change())
    await expectRefused('backup-unusable', /is not a backup of sekisho|is damaged/)
    expect(await readdir(rig.home)).not.toContain('escaped.jsonl')
  })

  test('of a newer format is refused, with the remedy', async () => {
    await sealAgain(
      file,
      passphrase,
      withManifest(entries, (manifest) => (manifest['version'] = 2)),
    )
    await expectRefused('backup-unusable', /newer sekisho \(format 2\)/)
  })

  test('of a newer schema is refused before anything is unpacked', async () => {
    const newer = withManifest(entries, (manifest) => (manifest['schema'] = newestVersion + 1))
    await sealAgain(file, passphrase, newer)
    await expectRefused('store-newer', new RegExp(`schema ${newestVersion + 1}; this one knows up to`))
  })
})

describe('a database inside that', () => {
  async function changed(change: (path: string) => Promise<void> | void): Promise<void> {
    const path = rig.path(`changed-${attempts}.db`)
    await writeFile(path, dataOf('sekisho.db'), { mode: 0o600 })
    await change(path)
    await sealAgain(file, passphrase, withContent(entries, 'sekisho.db', await readFile(path)))
  }

  test('is newer than its manifest says is refused', async () => {
    await changed((path) => {
      const database = new DatabaseSync(path)
      database.exec(`pragma user_version = ${newestVersion + 1}`)
      database.close()
    })
    await expectRefused('store-newer', /newer sekisho/)
  })

  test('has a broken index is refused', async () => {
    await changed((path) => {
      const database = new DatabaseSync(path, { defensive: false })
      database.exec(`pragma writable_schema = on;
        update sqlite_schema set sql = replace(sql, 'created_at', 'ends_at') where name = 'sessions_open'`)
      database.close()
    })
    await expectRefused('store-unusable', /is damaged \(.*index/)
  })

  test('is full of noise is refused', async () => {
    await changed(async (path) => {
      const bytes = await readFile(path)
      await writeFile(path, bytes.fill(0xa5, 4096, 12_288))
    })
    await expectRefused('store-unusable', /damaged|can't be used/)
  })

  test('belongs to another key is refused', async () => {
    const other = rig.machine(`other-${attempts}`)
    await rig.fill(other)
    await sealAgain(file, passphrase, withContent(entries, 'set-up.key', await readFile(other.keyFile)))
    await expectRefused('key-invalid', /not the one that this database was made with/)
  })

  test('belongs to another gate is refused', async () => {
    const other = withManifest(entries, (manifest) => (manifest['instance'] = 'aaaaaaaa'))
    await sealAgain(file, passphrase, other)
    await expectRefused('backup-unusable', /not the one that its manifest names/)
  })
})

test('the programs age and tar open a backup, for whoever has no sekisho at hand', async () => {
  await rig.backup(old, file, { withAudit: true, replace: true })
  const plain = rig.path('plain.tar')
  const [age, script] = await Promise.all([findProgram(['age']), findProgram(['script'])])
  if (age !== undefined && script !== undefined) {
    // age asks at a terminal only, and `script` is one.
    const asked = spawn(script, ['-qec', `${age} --decrypt --output ${plain} ${file}`, '/dev/null'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    asked.stdin.write(`${passphrase}\n`)
    await once(asked, 'exit')
    asked.stdin.end()
  } else {
    // Where there is no age, at least no code of ours: the library by itself.
    const { Decrypter } = await import('age-encryption')
    const decrypter = new Decrypter()
    decrypter.addPassphrase(passphrase)
    await writeFile(plain, await decrypter.decrypt(await readFile(file)))
  }
  await mkdir(rig.path('opened'))
  const { code, stderr } = await runCommand('tar', ['-xf', plain, '-C', rig.path('opened')])
  expect([code, stderr]).toEqual([0, ''])
  expect(await readFile(rig.path('opened', 'set-up.key'), 'utf8')).toBe(await readFile(old.keyFile, 'utf8'))
  const manifest = JSON.parse(await readFile(rig.path('opened', 'manifest.json'), 'utf8')) as {
    segments: { segment: string }[]
  }
  const names = (await readdir(rig.path('opened', 'audit'))).sort()
  expect(names).toEqual(manifest.segments.map(({ segment }) => `${segment}.jsonl`))
  const database = new DatabaseSync(join(rig.path('opened'), 'sekisho.db'), { readOnly: true })
  expect(database.prepare('select count(*) as count from passwords').get()).toEqual({ count: 1 })
  database.close()
})

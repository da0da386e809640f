/** Backing up and restoring as the commands do it, on real files. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  chmod,
  copyFile,
  cp,
  lstat,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { passphrase, password, useBackupRig, BackupRig } from '../../test/rig/backup-rig.ts'
import { openSealed, sealAgain, withContent, withManifest } from '../../test/rig/reseal.ts'
import type { Config } from '../config/config.ts'
import { Secret } from '../kit/secret.ts'
import type { Username } from '../kit/username.ts'
import type { ApiTokenHash, ApiTokenId, InvitationHash, UserId } from '../store/rows.ts'
import { migrations } from '../store/migrations/index.ts'
import { newestVersion } from '../store/engines/sqlite/migrate.ts'

// Each backup and each restore costs a second of scrypt, and a busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let [rig, old, empty, file]: [BackupRig, Config, Config, string] = [] as never
useBackupRig((made) => ({ rig, old, empty, file } = made))

const fault = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as unknown

async function knowsPassword(machine: Config): Promise<boolean> {
  const state = await rig.parts.openState(machine, 'existing')
  try {
    return await state.matchesPassword(new Secret(password))
  } finally {
    await state.close()
  }
}

const modeOf = async (path: string) => (await stat(path)).mode & 0o777

describe('a backup', () => {
  test('restored on an empty machine is the same gate: password, key, instance', async () => {
    await rig.backup(old, file)
    const restored = await rig.restore(empty, file)
    expect(restored).toMatchObject({ sekisho: '0.1.0', auditFiles: 0, keyFile: empty.keyFile })
    expect(await knowsPassword(empty)).toBe(true)
    expect(await readFile(empty.keyFile, 'utf8')).toBe(await readFile(old.keyFile, 'utf8'))
    const instances = [old, empty].map((machine) => rig.inState(machine, (s) => Promise.resolve(s.instance)))
    expect(new Set(await Promise.all(instances)).size).toBe(1)
    expect(await modeOf(empty.keyFile)).toBe(0o600)
    expect(await modeOf(join(empty.stateDir, 'sekisho.db'))).toBe(0o600)
  })

  test('is for its owner only, whatever the umask, and leaves nothing beside it', async () => {
    const umask = process.umask(0)
    await rig.backup(old, file, { withAudit: true }).finally(() => process.umask(umask))
    expect(await modeOf(file)).toBe(0o600)
    expect((await readdir(rig.home)).sort()).toEqual(['old', 'sekisho.age'])
    expect(await readdir(old.stateDir)).not.toContain('backing-up')
  })

  test('shows nothing of what is in it', async () => {
    await rig.backup(old, file)
    const bytes = await readFile(file)
    const [, master = '', setup = ''] = (await readFile(old.keyFile, 'utf8')).trim().split(':')
    for (const secret of [master, setup, 'SQLite format 3', 'manifest.json', passphrase])
      expect(bytes.includes(secret)).toBe(false)
  })

  test('is on record, by the name that its restore gives it', async () => {
    const { backup } = await rig.backup(old, file)
    await rig.restore(empty, file)
    const records = async (machine: Config) => {
      const all = []
      const how = { last: 100, follow: false, stopped: new AbortController().signal }
      for await (const record of rig.parts.tailAudit(machine, how)) all.push(record)
      return all
    }
    expect((await records(old)).at(-1)).toMatchObject({ kind: 'backup.made', backup, segments: 0 })
    expect((await records(empty)).at(-1)).toMatchObject({ kind: 'state.restored', backup })
  })

  test('is not made when it can not be recorded', async () => {
    const audit = join(old.stateDir, 'audit')
    await rm(audit, { recursive: true })
    await writeFile(audit, '')
    await expect(rig.backup(old, file)).rejects.toEqual(fault('audit-unwritable', /audit log/))
    expect(await readdir(rig.home)).toEqual(['old'])
  })

  test('never takes the place of a file, unless told to', async () => {
    await writeFile(file, 'the only other backup')
    await expect(rig.backup(old, file)).rejects.toEqual(fault('usage', /exists already.*--force/))
    expect(await readFile(file, 'utf8')).toBe('the only other backup')
    await rig.backup(old, file, { replace: true })
    await rig.restore(empty, file)
  })

  test('never takes the place of what is no file, told or not: root would replace a device for everybody', async () => {
    const link = rig.path('link.age')
    await symlink(rig.path('elsewhere.age'), link)
    const socket = createServer().listen(rig.path('socket.age'))
    await once(socket, 'listening')
    for (const path of [link, rig.path('socket.age')]) {
      for (const replace of [false, true])
        await expect(rig.backup(old, path, { replace })).rejects.toEqual(fault('usage', /a device or a pipe/))
    }
    expect((await lstat(link)).isSymbolicLink()).toBe(true)
    socket.close()
    await once(socket, 'close')
  })

  test('of a state whose database is lost is refused, and nothing new is made in its place', async () => {
    await rm(join(old.stateDir, 'sekisho.db'))
    await expect(rig.backup(old, file)).rejects.toEqual(
      fault('usage', /nothing to back up.*restore a backup/),
    )
    expect(await readdir(old.stateDir)).toEqual(['audit'])
    expect(await readdir(rig.home)).toEqual(['old'])
  })

  test.each([
    ['a folder', '', /is a folder/],
    ['a folder that is not there', 'no/where.age', /There is no folder/],
  ])('to %s is refused before anything is done', async (_, name, words) => {
    await expect(rig.backup(old, rig.path(name))).rejects.toEqual(fault('usage', words))
  })

  test('removes what a killed one has left', async () => {
    const instance = await rig.inState(old, (state) => Promise.resolve(state.instance))
    const drafts = join(old.stateDir, 'backing-up')
    await mkdir(drafts)
    await writeFile(join(drafts, 'sekisho.db'), 'half a copy')
    await writeFile(rig.path(`.sekisho-${instance}-abcdefgh.draft`), 'half a backup')
    await writeFile(rig.path('.sekisho-zzzzzzzz-abcdefgh.draft'), 'of another gate')
    await rig.backup(old, file)
    expect(await readdir(old.stateDir)).not.toContain('backing-up')
    expect((await readdir(rig.home)).sort()).toEqual([
      '.sekisho-zzzzzzzz-abcdefgh.draft',
      'old',
      'sekisho.age',
    ])
  })
})

describe('a restore', () => {
  let common: { readonly rig: BackupRig; readonly file: string }
  beforeAll(async () => {
    const made = await BackupRig.make()
    common = { rig: made, file: made.path('sekisho.age') }
    await made.fill(made.machine('old'))
    await made.signIn(made.machine('old'), 'stolen')
    await made.backup(made.machine('old'), common.file)
    await sealAgain(common.file, passphrase, await openSealed(common.file, passphrase))
  })
  afterAll(() => common.rig.destroy())
  beforeEach(async () => {
    await rm(rig.path('old'), { recursive: true })
    await cp(common.rig.path('old'), rig.path('old'), { recursive: true })
    await copyFile(common.file, file)
  })

  test('ends every session, so that no old cookie comes back to life', async () => {
    expect(await rig.openSessions(old)).toEqual(['stolen'])
    expect(await rig.restore(empty, file)).toMatchObject({ sessionsEnded: 1 })
    expect(await rig.openSessions(empty)).toEqual([])
  })

  test('revokes open invitations, which may have been used since, and keeps API tokens', async () => {
    const user = 'u1' as UserId
    const token = { id: 't1' as ApiTokenId, hash: 'th' as ApiTokenHash, name: 'ci', createdAt: rig.now }
    const invitation = { hash: 'ih' as InvitationHash, user, purpose: 'join' as const, createdAt: rig.now }
    await rig.inState(old, async ({ store }) => {
      await store.users.insert({
        id: user,
        name: 'bob' as Username,
        createdAt: rig.now,
        roles: [],
        attributes: {},
      })
      await store.invitations.insert({ ...invitation, expiresAt: rig.now + 86_400_000 })
      await store.tokens.insert(token)
    })
    await rig.backup(old, file, { replace: true })
    expect(await rig.restore(empty, file)).toMatchObject({ invitationsRevoked: 1 })
    await rig.inState(empty, async ({ store }) => {
      expect(await store.invitations.findOpen(user, rig.now)).toBeUndefined()
      expect(await store.users.find(user)).toMatchObject({ name: 'bob' })
      expect((await store.tokens.find(token.hash))?.token).toMatchObject({ name: 'ci' })
    })
  })

  test('is refused where something is, and says what', async () => {
    const other = rig.machine('other')
    await rig.fill(other)
    const before = await rig.files('other')
    await expect(rig.restore(other, file)).rejects.toEqual(
      fault('usage', /sekisho\.db\n.*audit\n.*sekisho\.key\nNothing was restored.*--force/s),
    )
    expect(await rig.files('other')).toEqual([...before, 'state/backup.lock'].sort())
  })

  test('is refused where only a key is', async () => {
    await mkdir(dirname(empty.keyFile), { recursive: true })
    await writeFile(empty.keyFile, 'a key', { mode: 0o600 })
    await expect(rig.restore(empty, file)).rejects.toEqual(fault('usage', /sekisho\.key/))
    expect(await rig.files('empty')).toEqual(['key/sekisho.key'])
  })

  test('by force moves aside what is there and deletes none of it', async () => {
    const other = rig.machine('other')
    await rig.fill(other)
    const key = await readFile(other.keyFile, 'utf8')
    const database = await readFile(join(other.stateDir, 'sekisho.db'))
    const { aside = '' } = await rig.restore(other, file, { force: true })
    expect(await knowsPassword(other)).toBe(true)
    expect(await readFile(`${other.keyFile}.${aside}`, 'utf8')).toBe(key)
    expect((await readFile(join(other.stateDir, aside, 'sekisho.db'))).equals(database)).toBe(true)
    expect((await readdir(join(other.stateDir, aside, 'audit'))).filter((n) => n.endsWith('l'))).toHaveLength(
      1,
    )
    expect((await rig.verify(other)).findings).toEqual([])
  })

  test('by force is refused while a gate has the database open', async () => {
    await rig.inState(old, async () => {
      await expect(rig.restore(old, file, { force: true })).rejects.toEqual(fault('usage', /Stop it first/))
    })
    expect(await knowsPassword(old)).toBe(true)
  })

  test('by force replaces a database that is damaged', async () => {
    await writeFile(join(old.stateDir, 'sekisho.db'), 'not a database at all')
    await rig.restore(old, file, { force: true })
    expect(await knowsPassword(old)).toBe(true)
  })

  test('into a folder that was made for it beforehand, as systemd does, is fine', async () => {
    await mkdir(empty.stateDir, { recursive: true, mode: 0o700 })
    await rig.restore(empty, file)
    expect(await knowsPassword(empty)).toBe(true)
  })

  test('that fails after the pass-phrase leaves no folder either', async () => {
    const entries = await openSealed(file, passphrase)
    await sealAgain(file, passphrase, entries.slice(0, -1))
    await expect(rig.restore(empty, file)).rejects.toEqual(fault('backup-unusable', /Nothing was restored/))
    expect(await readdir(rig.home)).not.toContain('empty')
  })

  test('with the key in the environment leaves none on the disk', async () => {
    rig.env['SEKISHO_KEY'] = await readFile(old.keyFile, 'utf8')
    const restored = await rig.restore(empty, file)
    expect(restored.keyFile).toBeUndefined()
    expect((await rig.files('empty')).filter((name) => name.includes('key'))).toEqual([])
    expect(await knowsPassword(empty)).toBe(true)
  })

  test('with another key in the environment is refused', async () => {
    const other = rig.machine('other')
    await rig.fill(other)
    rig.env['SEKISHO_KEY'] = await readFile(other.keyFile, 'utf8')
    await expect(rig.restore(empty, file)).rejects.toEqual(fault('key-invalid', /SEKISHO_KEY/))
    expect(await rig.files('empty')).toEqual([])
  })

  test('with a wrong pass-phrase is refused and touches nothing', async () => {
    await expect(rig.restore(empty, file, { typed: `${passphrase} ` })).rejects.toEqual(
      fault('usage', /pass-phrase does not open .*Nothing was restored/),
    )
    await expect(readdir(rig.path('empty'))).rejects.toThrow('ENOENT')
  })

  test('takes a pass-phrase in another form of Unicode', async () => {
    const typed = 'Ｆｕｌｌｗｉｄｔｈ が violin copper'
    await rig.parts.backup(old, {
      target: { kind: 'file', path: file, replace: true },
      withAudit: false,
      passphrase: () => Promise.resolve(new Secret(typed)),
    })
    await rig.restore(empty, file, { typed: 'Fullwidth が violin copper' })
  })

  test('of a file that is not there says so before it asks', async () => {
    const asked = rig.parts.restore(empty, {
      file: rig.path('nowhere.age'),
      force: false,
      passphrase: () => Promise.reject(new TypeError('asked')),
    })
    await expect(asked).rejects.toEqual(fault('usage', /there is no such file/))
  })

  test.each([
    ['', /is not a backup: it is no age file/],
    ['SQLite format 3\0', /is not a backup: it is no age file/],
    ['age-encryption.org/v1\n-> X25519 abc\n', /encrypted to a key/],
    ['-----BEGIN AGE ENCRYPTED FILE-----\n', /age file written as text/],
    ['age-encryption.org/v1\n-> scrypt abc 18\n', /is damaged/],
    ['age-encryption.org/v1\n-> scrypt abc 60\n', /is damaged/],
  ])('of something else is refused: %j', async (text, words) => {
    await writeFile(file, text)
    await expect(rig.restore(empty, file)).rejects.toEqual(fault('backup-unusable', words))
    await expect(readdir(rig.path('empty'))).rejects.toThrow('ENOENT')
  })
})

describe('what an older state had', () => {
  test('a database of a newer sekisho is not backed up, and none of it is touched', async () => {
    const path = join(old.stateDir, 'sekisho.db')
    const database = new DatabaseSync(path)
    database.exec(`pragma user_version = ${newestVersion + 1}`)
    database.close()
    const hash = async () =>
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex')
    const before = await hash()
    await expect(rig.backup(old, file)).rejects.toEqual(fault('store-newer', /newer sekisho/))
    expect(await hash()).toBe(before)
  })

  /** The database as the first release would have left it, with the same key, instance and password. */
  async function asFirstRelease(path: string): Promise<string> {
    const first = `${path}.first`
    const database = new DatabaseSync(first)
    database.exec(`${migrations[0].sqlite};
      pragma user_version = 1; pragma application_id = ${0x73656b69};
      attach '${path}' as newer;
      insert into meta select key, value from newer.meta where key <> 'sekisho-version';
      insert into passwords select id, record, memory, iterations, parallelism, changed_at from newer.passwords;
      insert into segments select number, id, opened_at, count, head, pruned_at from newer.segments`)
    database.close()
    await rename(first, path)
    await chmod(path, 0o600)
    return path
  }

  test('a state of the first release is upgraded by whoever opens it, and the log names the copy', async () => {
    await asFirstRelease(join(old.stateDir, 'sekisho.db'))
    expect(await knowsPassword(old)).toBe(true)
    const records = []
    const how = { last: 1, follow: false, stopped: new AbortController().signal }
    for await (const record of rig.parts.tailAudit(old, how)) records.push(record)
    const copy = `sekisho.db.before-${newestVersion}`
    expect(records).toMatchObject([{ kind: 'state.upgraded', from: 1, to: newestVersion, copy }])
    expect(await readdir(old.stateDir)).toContain(copy)
    expect((await rig.verify(old)).findings).toEqual([])
  })

  test('a backup of the first release is upgraded as it is restored', async () => {
    await rig.backup(old, file)
    const entries = await openSealed(file, passphrase)
    const path = rig.path('first.db')
    await writeFile(path, entries.find(({ header }) => header.name === 'sekisho.db')?.data ?? '')
    const older = withContent(entries, 'sekisho.db', await readFile(await asFirstRelease(path)))
    await sealAgain(
      file,
      passphrase,
      withManifest(older, (manifest) => (manifest['schema'] = 1)),
    )
    await rig.restore(empty, file)
    expect(await knowsPassword(empty)).toBe(true)
    expect((await rig.verify(empty)).findings).toEqual([])
    expect((await readdir(empty.stateDir)).sort()).toEqual(['audit', 'backup.lock', 'sekisho.db'])
  })

  test('a file where the state belongs is an error in words', async () => {
    await writeFile(file, 'age-encryption.org/v1\n-> scrypt abc 18\n')
    await mkdir(rig.path('empty'))
    await writeFile(rig.path('empty', 'state'), '')
    await expect(rig.restore(empty, file)).rejects.toEqual(
      fault('backup-failed', /can't be made: something else/),
    )
  })
})

/** The audit log after a restore: what is missing is said and not cried over, and what is taken away is still found. */
import { copyFile, cp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { BackupRig, passphrase } from '../../test/rig/backup-rig.ts'
import { openSealed, sealAgain } from '../../test/rig/reseal.ts'
import type { Verification } from '../audit/verify.ts'
import type { Config } from '../config/config.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const day = 86_400_000

let rig: BackupRig
let old: Config
let machine: Config
let file: string
beforeEach(async () => {
  rig = await BackupRig.make()
  old = rig.machine('old')
  machine = rig.machine('new')
  file = rig.path('sekisho.age')
  await rig.fill(old)
  await rig.fill(old)
})
afterEach(async () => {
  expect(rig.faults).toEqual([])
  await rig.destroy()
})

const auditDir = ({ stateDir }: Config) => join(stateDir, 'audit')
const segments = async (of: Config) =>
  (await readdir(auditDir(of))).filter((name) => name.endsWith('.jsonl')).sort()
const kinds = ({ findings, notes }: Verification) => ({
  findings: findings.map(({ kind }) => kind),
  notes: notes.map(({ kind }) => kind),
})
const absentIn = ({ notes }: Verification) =>
  notes.flatMap((note) => (note.kind === 'state-restored' ? note.absent.map(({ segment }) => segment) : []))

async function cutLastLine(path: string): Promise<void> {
  const lines = (await readFile(path, 'utf8')).split('\n')
  await writeFile(path, [...lines.slice(0, -2), ''].join('\n'))
}

async function putBack(names: readonly string[]): Promise<void> {
  for (const name of names) await copyFile(join(auditDir(old), name), join(auditDir(machine), name))
}

describe('without audit files', () => {
  let before: readonly string[]
  let common: { readonly rig: BackupRig; readonly file: string }
  beforeAll(async () => {
    const made = await BackupRig.make()
    common = { rig: made, file: made.path('sekisho.age') }
    await made.fill(made.machine('old'))
    await made.fill(made.machine('old'))
    await made.backup(made.machine('old'), common.file)
    await sealAgain(common.file, passphrase, await openSealed(common.file, passphrase))
  })
  afterAll(() => common.rig.destroy())
  beforeEach(async () => {
    rig.now = common.rig.now
    await rm(rig.path('old'), { recursive: true })
    await cp(common.rig.path('old'), rig.path('old'), { recursive: true })
    await copyFile(common.file, file)
    before = await segments(old)
    await rig.restore(machine, file)
  })

  test('the earlier segments are named as not here, with the ends they must have, and nothing is cried over', async () => {
    const verification = await rig.verify(machine)
    expect(kinds(verification)).toEqual({ findings: [], notes: ['state-restored'] })
    expect(absentIn(verification).map((id) => `${id}.jsonl`)).toEqual(before)
    expect(verification.notes[0]).toMatchObject({
      absent: [{ count: 4 }, { count: 4 }, { count: 1 }],
    })
  })

  test('they hold when they are put back', async () => {
    await putBack(before)
    const verification = await rig.verify(machine)
    expect(kinds(verification)).toEqual({ findings: [], notes: ['state-restored'] })
    expect([absentIn(verification), verification.segments]).toEqual([[], 4])
  })

  test('put back with records cut off, they are found out', async () => {
    await putBack(before)
    await cutLastLine(join(auditDir(machine), before[0] ?? ''))
    expect(kinds(await rig.verify(machine)).findings).toEqual(['records-cut-off'])
  })

  test('put back changed, they are found out', async () => {
    await putBack(before)
    const path = join(auditDir(machine), before[0] ?? '')
    await writeFile(path, (await readFile(path, 'utf8')).replace('6.1', '9.9'))
    expect(kinds(await rig.verify(machine)).findings).toEqual(['record-changed'])
  })

  test('cut off and with a database that says so too, the record of the restore gives them away', async () => {
    const name = before[0] ?? ''
    // Alone, since the others name it too.
    await putBack([name])
    await cutLastLine(join(auditDir(machine), name))
    const last = (await readFile(join(auditDir(machine), name), 'utf8')).trimEnd().split('\n').at(-1) ?? ''
    const { mac } = JSON.parse(last) as { mac: string }
    const database = new DatabaseSync(join(machine.stateDir, 'sekisho.db'))
    database
      .prepare('update segments set count = count - 1, head = ? where id = ?')
      .run(mac, name.replace('.jsonl', ''))
    database.close()
    expect((await rig.verify(machine)).findings).toMatchObject([
      { kind: 'records-cut-off', file: name, count: 1 },
    ])
  })

  test('what was recorded between backup and restore may be put back too, and its records are checked', async () => {
    await rig.fill(old)
    // Begun after the backup and, by the clock, before the restore.
    const between = (await segments(old)).at(-1) ?? ''
    expect(before).not.toContain(between)
    rig.now += 1000
    const later = rig.machine('later')
    await rig.restore(later, file)
    await copyFile(join(auditDir(old), between), join(auditDir(later), between))
    expect(kinds(await rig.verify(later))).toEqual({
      findings: [],
      notes: ['state-restored', 'segment-between'],
    })
    const path = join(auditDir(later), between)
    await writeFile(path, (await readFile(path, 'utf8')).replace('6.1', '9.9'))
    expect(kinds(await rig.verify(later)).findings).toEqual(['record-changed', 'segment-unknown'])
  })

  test('a file under a name of that time that the key did not make is found', async () => {
    const name = (await segments(machine)).at(-1) ?? ''
    const time = new Date(rig.now - 1).toISOString().replace(/[-:.]/g, '')
    await copyFile(join(auditDir(machine), name), join(auditDir(machine), `${time}-forged22.jsonl`))
    expect(kinds(await rig.verify(machine)).findings).toContain('segment-unknown')
    await writeFile(join(auditDir(machine), `${time}-forged22.jsonl`), '')
    expect(kinds(await rig.verify(machine)).findings).toEqual(['segment-unknown'])
  })

  test('a segment that was written after the restore and is gone is found', async () => {
    await rig.fill(machine)
    await rig.fill(machine)
    const [, second = ''] = await segments(machine)
    await rm(join(auditDir(machine), second))
    expect((await rig.verify(machine)).findings).toMatchObject([{ kind: 'segment-missing', file: second }])
  })

  test('without the record of the restore, everything that it excused is missing', async () => {
    await rig.fill(machine)
    const [first = ''] = await segments(machine)
    await rm(join(auditDir(machine), first))
    const { findings } = await rig.verify(machine)
    expect(findings.map((finding) => 'file' in finding && finding.file).sort()).toEqual(
      [...before, first].sort(),
    )
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['segment-missing']))
  })

  test('when retention takes that record in its turn, the log still verifies', async () => {
    const [first = ''] = await segments(machine)
    rig.now += 400 * day
    const long = new Date(Date.now() - day)
    await utimes(join(auditDir(machine), first), long, long)
    await rig.fill(machine)
    expect(await segments(machine)).not.toContain(first)
    expect(kinds(await rig.verify(machine))).toEqual({ findings: [], notes: [] })
  })

  test('backed up and restored once more, it verifies again', async () => {
    await rig.fill(machine)
    const again = rig.path('again.age')
    await rig.backup(machine, again)
    const third = rig.machine('third')
    rig.now += 1000
    await rig.restore(third, again)
    const verification = await rig.verify(third)
    expect(kinds(verification)).toEqual({ findings: [], notes: ['state-restored'] })
    // Those of the second machine; those of the first were not there to be backed up.
    expect(absentIn(verification).map((id) => `${id}.jsonl`)).toEqual(await segments(machine))
    for (const name of before) await copyFile(join(auditDir(old), name), join(auditDir(third), name))
    expect(kinds(await rig.verify(third)).findings).toEqual([])
    await cutLastLine(join(auditDir(third), before[0] ?? ''))
    expect(kinds(await rig.verify(third)).findings).toEqual(['records-cut-off'])
  })
})

describe('with audit files', () => {
  test('all of them verify, and each is missed when it is gone', async () => {
    await rig.backup(old, file, { withAudit: true })
    await rig.restore(machine, file)
    expect(kinds(await rig.verify(machine))).toEqual({ findings: [], notes: ['state-restored'] })
    for (const name of await segments(machine)) {
      const path = join(auditDir(machine), name)
      const text = await readFile(path)
      await rm(path)
      expect((await rig.verify(machine)).findings).toContainEqual(
        expect.objectContaining({ kind: 'segment-missing', file: name }),
      )
      await writeFile(path, text)
    }
  })

  test('made while the log is being written, they verify', async () => {
    await rig.inState(old, async (state) => {
      const audit = await state.openAudit()
      let written = 0
      let isDone = false
      const write = async () => {
        while (!isDone) {
          await audit.write({ kind: 'app.verified', gradio: `6.${written}` })
          written += 1
        }
      }
      const writing = Promise.all([write(), write(), write()])
      await rig.backup(old, file, { withAudit: true })
      const during = written
      isDone = true
      await writing
      await audit.close()
      expect(during).toBeGreaterThan(10)
    })
    await rig.restore(machine, file)
    const verification = await rig.verify(machine)
    expect(kinds(verification)).toEqual({ findings: [], notes: ['state-restored'] })
    expect(verification.records).toBeGreaterThan(10)
  })
})

test('what retention had removed before the backup is not missed after it', async () => {
  const [first = ''] = await segments(old)
  rig.now += 400 * day
  const long = new Date(Date.now() - day)
  await utimes(join(auditDir(old), first), long, long)
  await rig.fill(old)
  expect(await segments(old)).not.toContain(first)
  await rig.backup(old, file)
  await rig.restore(machine, file)
  const verification = await rig.verify(machine)
  expect(kinds(verification)).toEqual({ findings: [], notes: ['state-restored'] })
  expect(absentIn(verification)).not.toContain(first.replace('.jsonl', ''))
})

test('more segments than fit into one record stand in several', async () => {
  await rig.inState(old, async ({ store }) => {
    for (let at = 0; at < 450; at += 1) {
      const openedAt = Date.UTC(2025, 0, 1) + at
      const id = `${new Date(openedAt).toISOString().replace(/[-:.]/g, '')}-abcdefgh`
      await store.segments.open({ id, openedAt, count: 7, head: 'x'.repeat(43) })
    }
  })
  await rig.backup(old, file)
  await rig.restore(machine, file)
  const verification = await rig.verify(machine)
  expect(kinds(verification)).toEqual({ findings: [], notes: ['state-restored'] })
  expect(absentIn(verification)).toHaveLength(453)
})

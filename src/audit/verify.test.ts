/** Every way to tamper with the log, and what the verification says of it. */
import { randomBytes } from 'node:crypto'
import { appendFile, copyFile, rename, rm, truncate, writeFile, readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { granted, signedOut, TrialLog } from '../../test/rig/trial-log.ts'
import { describeFinding } from './findings.ts'

// A busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 })

let log: TrialLog
let file: string
beforeEach(async () => {
  log = await TrialLog.make()
  const audit = await log.open()
  await Promise.all(Array.from({ length: 9 }, (_, at) => audit.write(granted(`r${at}`))))
  await audit.close()
  file = await log.newest()
})
afterEach(() => log.destroy())

const findings = async () => (await log.verify()).findings
const at = (lines: readonly string[], index: number) => lines[index] ?? ''

test('a log that nobody touched has no findings and no notes', async () => {
  expect(await log.verify()).toEqual({ findings: [], notes: [], segments: 1, records: 10 })
})

describe('records', () => {
  test('a changed record is found by file and line', async () => {
    await log.tamper(file, (lines) => lines.with(4, at(lines, 4).replace('"status":200', '"status":403')))
    expect(await findings()).toEqual([{ kind: 'record-changed', file, line: 5 }])
  })

  test('a changed first record is found', async () => {
    await log.tamper(file, (lines) => lines.with(0, at(lines, 0).replace('INFO', 'WARN')))
    expect(await findings()).toEqual([{ kind: 'record-changed', file, line: 1 }])
  })

  test('a changed last record is found', async () => {
    await log.tamper(file, (lines) => lines.with(9, at(lines, 9).replace('"status":200', '"status":403')))
    expect(await findings()).toEqual([{ kind: 'record-changed', file, line: 10 }])
  })

  test('an unreadable line is found, and the record behind it is not vouched for', async () => {
    await log.tamper(file, (lines) => lines.with(4, 'x'))
    expect(await findings()).toEqual([
      { kind: 'record-changed', file, line: 5 },
      { kind: 'record-unproven', file, line: 6 },
    ])
  })

  test.each([
    [1, 1],
    [3, 4],
  ])('%i removed records are found and counted', async (_, count) => {
    await log.tamper(file, (lines) => lines.toSpliced(3, count))
    expect(await findings()).toEqual([{ kind: 'records-removed', file, line: 4, count }])
  })

  test('a removed first record is found', async () => {
    await log.tamper(file, (lines) => lines.slice(1))
    expect(await findings()).toEqual([{ kind: 'records-removed', file, line: 1, count: 1 }])
  })

  test('records that changed places are found', async () => {
    await log.tamper(file, (lines) => lines.with(3, at(lines, 4)).with(4, at(lines, 3)))
    expect(await findings()).toEqual([{ kind: 'record-moved', file, line: 5 }])
  })

  test('a record moved far away is found', async () => {
    await log.tamper(file, (lines) => lines.toSpliced(2, 1).toSpliced(7, 0, at(lines, 2)))
    expect(await findings()).toEqual([{ kind: 'record-moved', file, line: 8 }])
  })

  test('an inserted record is found', async () => {
    await log.tamper(file, (lines) => lines.toSpliced(5, 0, at(lines, 5).replace('"r4"', '"rx"')))
    expect(await findings()).toEqual([{ kind: 'record-inserted', file, line: 6 }])
  })

  test('a copy of a record is found', async () => {
    await log.tamper(file, (lines) => lines.toSpliced(8, 0, at(lines, 2)))
    expect(await findings()).toEqual([{ kind: 'record-inserted', file, line: 9 }])
  })

  test('a copy at the end is found', async () => {
    await log.tamper(file, (lines) => [...lines, at(lines, 9)])
    expect(await findings()).toEqual([{ kind: 'record-inserted', file, line: 11 }])
  })

  test('a second record in one line, which a JSON reader would show, is found', async () => {
    await log.tamper(file, (lines) => lines.with(4, at(lines, 4).replace(/}$/, ',"record":{"n":5}}')))
    expect((await findings())[0]).toMatchObject({ file, line: 5 })
  })

  test('bytes that are not UTF-8 do not pass for the character that readers show in their place', async () => {
    const audit = await log.open()
    await audit.write({ kind: 'app.verified', gradio: '6\u0007' })
    await audit.close()
    const newest = await log.newest()
    const bytes = await readFile(log.path(newest))
    const shown = bytes.indexOf(Buffer.from('\ufffd'))
    expect(shown).toBeGreaterThan(0)
    await writeFile(
      log.path(newest),
      Buffer.concat([bytes.subarray(0, shown), Buffer.of(0xff), bytes.subarray(shown + 3)]),
    )
    expect(await findings()).toEqual([{ kind: 'record-changed', file: newest, line: 2 }])
  })

  test('whatever one byte is changed to, it is found', async () => {
    const original = await readFile(log.path(file))
    await fc.assert(
      fc.asyncProperty(
        fc.nat(original.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (place, difference) => {
          const changed = Buffer.from(original)
          changed.writeUInt8(changed.readUInt8(place) ^ difference, place)
          await writeFile(log.path(file), changed)
          expect((await findings()).length).toBeGreaterThan(0)
        },
      ),
      { numRuns: 150 },
    )
  })

  test('whatever order lines are put in, left out or doubled, it is found', async () => {
    const original = await log.lines(file)
    const indices = original.map((_, index) => index)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...indices), { maxLength: 14 }), async (order) => {
        fc.pre(order.join() !== indices.join())
        await log.tamper(file, () => order.map((index) => at(original, index)))
        expect((await findings()).length).toBeGreaterThan(0)
      }),
      { numRuns: 150 },
    )
  })
})

describe('the end', () => {
  test('records cut off at the end are found by the head in the database', async () => {
    await log.tamper(file, (lines) => lines.slice(0, 7))
    expect(await findings()).toEqual([{ kind: 'records-cut-off', file, line: 8, count: 3 }])
  })

  test('a file cut in the middle of an acknowledged record is found', async () => {
    await truncate(log.path(file), (await readFile(log.path(file))).length - 5)
    expect(await findings()).toEqual([{ kind: 'records-cut-off', file, line: 10, count: 1 }])
  })

  test('an emptied file is found', async () => {
    await writeFile(log.path(file), '')
    expect(await findings()).toEqual([{ kind: 'records-cut-off', file, line: 1, count: 10 }])
  })

  test('a cut is found by what a later segment says, when the database was set back too', async () => {
    await (await log.open()).close()
    const head = (JSON.parse(at(await log.lines(file), 6)) as { mac: string }).mac
    await log.tamper(file, (lines) => lines.slice(0, 7))
    const list = await log.segments.list()
    log.segments.list = () =>
      Promise.resolve(list.map((row, index) => (index === 0 ? { ...row, count: 7, head } : row)))
    expect(await findings()).toEqual([{ kind: 'records-cut-off', file, line: 8, count: 3 }])
  })

  test('a record that holds but is not the one that the database names is found', async () => {
    const head = (JSON.parse(at(await log.lines(file), 3)) as { mac: string }).mac
    const list = await log.segments.list()
    log.segments.list = () => Promise.resolve(list.map((row) => ({ ...row, head })))
    expect(await findings()).toEqual([{ kind: 'head-differs', file, count: 10, namedBy: 'the database' }])
  })

  test('a torn last line is noted, not held against anybody', async () => {
    await appendFile(log.path(file), '{"mac":"abc')
    expect(await log.verify()).toMatchObject({
      findings: [],
      notes: [{ kind: 'line-torn', file, line: 11, bytes: 11 }],
    })
  })
})

describe('segments', () => {
  beforeEach(async () => {
    const audit = await log.open()
    await audit.write(signedOut)
    await audit.close()
  })

  test('a removed file is missed', async () => {
    await rm(log.path(file))
    expect(await findings()).toEqual([{ kind: 'segment-missing', file, namedBy: 'the database' }])
  })

  test('a removed file is missed when it was removed from the database too', async () => {
    await rm(log.path(file))
    const list = await log.segments.list()
    log.segments.list = () => Promise.resolve(list.slice(1))
    expect(await findings()).toEqual([{ kind: 'segment-missing', file, namedBy: await log.newest() }])
  })

  test('a removed file is missed when the database says that retention took it', async () => {
    await rm(log.path(file))
    await log.segments.markPruned(file.replace('.jsonl', ''), log.now)
    expect(await findings()).toMatchObject([{ kind: 'segment-missing', file }])
  })

  test('a file that the database does not know is found', async () => {
    const foreign = '20260101T000000000Z-aaaaaaaa.jsonl'
    await copyFile(log.path(file), log.path(foreign))
    expect((await findings()).map(({ kind, file: at }) => [kind, at])).toContainEqual([
      'segment-unknown',
      foreign,
    ])
  })

  test('files that changed names are found', async () => {
    const newest = await log.newest()
    await rename(log.path(file), log.path('x'))
    await rename(log.path(newest), log.path(file))
    await rename(log.path('x'), log.path(newest))
    const found = await findings()
    expect(found.map((finding) => finding.file)).toEqual(expect.arrayContaining([file, newest]) as string[])
  })

  test('a segment written anew with another key is foreign, and so is every segment to a wrong key', async () => {
    const { findings: found, records } = await log.verify(randomBytes(32))
    expect(records).toBe(0)
    expect(found.map(({ kind }) => kind)).toContain('segment-foreign')
  })

  test('each finding is said in one sentence with its place', async () => {
    await log.tamper(file, (lines) => lines.toSpliced(3, 2))
    expect((await findings()).map(describeFinding)).toEqual([
      `${file}:4: 2 records were removed before this line.`,
    ])
  })
})

describe('personal values', () => {
  test('a deleted value is noted and breaks nothing', async () => {
    await log.tamper(file, (lines) => lines.with(3, at(lines, 3).replace(/,"personal":.*}$/, '}')))
    expect(await log.verify()).toMatchObject({
      findings: [],
      notes: [{ kind: 'personal-deleted', file, count: 2 }],
    })
  })

  test('a changed value is found', async () => {
    await log.tamper(file, (lines) => lines.with(3, at(lines, 3).replace('192.0.2.1', '192.0.2.2')))
    expect(await findings()).toEqual([{ kind: 'personal-changed', file, line: 4, field: 'source_ip' }])
  })

  test('a value beside a record that has no commitment to it is found', async () => {
    await log.tamper(file, (lines) =>
      lines.with(3, at(lines, 3).replace('"personal":{"source_ip"', '"personal":{"x"')),
    )
    expect(await findings()).toMatchObject([{ kind: 'personal-changed', line: 4, field: 'x' }])
  })

  test('a value doubled so that readers disagree is found', async () => {
    await log.tamper(file, (lines) =>
      lines.with(3, at(lines, 3).replace(/}}}$/, '},"source_ip":{"value":"192.0.2.9","salt":""}}}')),
    )
    expect(await findings()).toMatchObject([{ kind: 'personal-changed', line: 4 }])
  })

  test('the chained record itself holds no personal value', async () => {
    const records = await log.records()
    expect(JSON.stringify(records)).not.toContain('192.0.2.1')
    expect(JSON.stringify(records)).not.toContain('Mozilla')
  })
})

/** Reading all segments as one. */
import { appendFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { day, granted, signedOut, TrialLog } from '../../test/rig/trial-log.ts'
import { tailAudit, type AuditRecord } from './tail.ts'

// A busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 })

let log: TrialLog
beforeEach(async () => {
  log = await TrialLog.make()
})
afterEach(() => log.destroy())

async function all(records: AsyncIterable<AuditRecord>) {
  const read: AuditRecord[] = []
  for await (const record of records) read.push(record)
  return read
}

test('records of processes that wrote at the same time come by time', async () => {
  const first = await log.open()
  const second = await log.open()
  for (let at = 0; at < 20; at += 1) {
    log.now += 1
    await (at % 3 === 0 ? second : first).write(granted(`r${at}`))
  }
  const requests = (await all(tailAudit({ dir: log.dir }))).flatMap((record) => record['request'] ?? [])
  expect(requests).toEqual(Array.from({ length: 20 }, (_, at) => `r${at}`))
})

test('personal values stand in the place of their commitments, and null where they were deleted', async () => {
  const audit = await log.open()
  await audit.write(granted('r1', '192.0.2.7'))
  await audit.write(granted('r2', '192.0.2.8'))
  await log.tamper(await log.newest(), (lines) =>
    lines.with(2, (lines[2] ?? '').replace(/,"personal":.*}$/, '}')),
  )
  const [, kept, deleted] = await all(tailAudit({ dir: log.dir }))
  expect(kept).toMatchObject({ source_ip: '192.0.2.7', useragent: 'Mozilla/5.0', n: 2 })
  expect(deleted).toMatchObject({ source_ip: null, useragent: null, request: 'r2' })
})

test('a value that does not open its commitment is not shown', async () => {
  const audit = await log.open()
  await audit.write(granted('r1', '192.0.2.7'))
  await log.tamper(await log.newest(), (lines) =>
    lines.with(1, (lines[1] ?? '').replace('192.0.2.7', '192.0.2.9')),
  )
  expect((await all(tailAudit({ dir: log.dir })))[1]).toMatchObject({ source_ip: null })
})

test('only the latest are given when so many are asked for', async () => {
  const audit = await log.open()
  await Promise.all(Array.from({ length: 3000 }, (_, at) => audit.write(granted(`r${at}`))))
  const requests = (await all(tailAudit({ dir: log.dir, last: 3 }))).map((record) => record['request'])
  expect(requests).toEqual(['r2997', 'r2998', 'r2999'])
  expect(await all(tailAudit({ dir: log.dir, last: 0 }))).toEqual([])
})

test('following gives what comes, also from segments that come later, and each record once', async () => {
  const audit = await log.open()
  await audit.write(granted('before'))
  const steps = [
    () => audit.write(granted('after')),
    async () => (await log.open()).write(signedOut),
    async () => {
      log.now += 2 * day
      await audit.write(granted('rotated'))
    },
  ]
  const follow = async () => {
    const step = steps.shift()
    await step?.()
    return step !== undefined
  }
  const read = await all(tailAudit({ dir: log.dir, last: 1, follow }))
  expect(read.map((record) => record['request'] ?? record.kind)).toEqual([
    'before',
    'after',
    'audit.opened',
    'session.ended',
    'audit.opened',
    'rotated',
  ])
})

test('a line that is torn is left out until it is whole, and one that is not ours is skipped', async () => {
  const audit = await log.open()
  await audit.write(granted('r1'))
  await audit.close()
  const file = await log.newest()
  const line = (await log.lines(file))[1] ?? ''
  await appendFile(log.path(file), `not ours\n${line.slice(0, 100)}`)
  let looked = 0
  const follow = async () => {
    looked += 1
    if (looked === 1) await appendFile(log.path(file), `${line.slice(100)}\n`)
    return looked < 3
  }
  const requests = (await all(tailAudit({ dir: log.dir, follow }))).flatMap(
    (record) => record['request'] ?? [],
  )
  expect(requests).toEqual(['r1', 'r1'])
})

/** The log as the gate uses it: what is on disk when, in which order, and with how much of it for strangers. */
import { readFile, rm, stat, utimes } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { day, faultOf, granted, refusedTo, signedOut, TrialLog } from '../../test/rig/trial-log.ts'

// A busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 })
const patience = { timeout: 30_000, interval: 10 }

let log: TrialLog
beforeEach(async () => {
  log = await TrialLog.make()
})
afterEach(() => log.destroy())

describe('writing', () => {
  test('a written record is in the file when the promise resolves', async () => {
    const audit = await log.open()
    await audit.write(signedOut)
    expect(await log.kinds()).toEqual(['audit.opened', 'session.ended'])
  })

  test('a note reaches the file without anybody waiting for it', async () => {
    const audit = await log.open()
    audit.note(granted('r1'))
    await vi.waitFor(
      async () => expect(await log.kinds()).toEqual(['audit.opened', 'request.granted']),
      patience,
    )
  })

  test('records stand in the order of the calls, whichever way they were handed in', async () => {
    const audit = await log.open()
    const waiting: Promise<void>[] = []
    for (let at = 0; at < 1500; at += 1) {
      if (at % 3 === 0) waiting.push(audit.write(granted(`r${at}`)))
      else audit.note(granted(`r${at}`))
      if (at % 100 === 0) await Promise.resolve()
    }
    await Promise.all(waiting)
    await audit.close()
    const requests = (await log.records()).slice(1).map((record) => record['request'])
    expect(requests).toEqual(Array.from({ length: 1500 }, (_, at) => `r${at}`))
    expect((await log.verify()).findings).toEqual([])
  })

  test('many waiting writes share a few syncs', async () => {
    const audit = await log.open()
    const advanced = vi.spyOn(log.segments, 'advance')
    await Promise.all(Array.from({ length: 400 }, (_, at) => audit.write(granted(`r${at}`))))
    expect(advanced.mock.calls.length).toBeLessThanOrEqual(3)
    expect(await log.kinds()).toHaveLength(401)
  })

  test('the store holds count and head of what is on disk', async () => {
    const audit = await log.open()
    await audit.write(signedOut)
    await audit.write(signedOut)
    await audit.close()
    const [row] = await log.segments.list()
    const last = (await log.lines(await log.newest())).at(-1) ?? ''
    expect(row).toMatchObject({ count: 3, head: (JSON.parse(last) as { mac: string }).mac })
  })

  test('only the owner can read the log', async () => {
    await log.open()
    expect((await stat(log.dir)).mode & 0o777).toBe(0o700)
    expect((await stat(log.path(await log.newest()))).mode & 0o777).toBe(0o600)
  })

  test('closing writes what is pending, and a closed log takes nothing more', async () => {
    const audit = await log.open()
    audit.note(granted('r1'))
    await audit.close()
    expect(await log.kinds()).toEqual(['audit.opened', 'request.granted'])
    expect(audit.writable).toBe(false)
    expect(await faultOf(() => audit.note(granted('r2')))).toBe('audit-unwritable')
    expect(await faultOf(() => audit.write(signedOut))).toBe('audit-unwritable')
  })

  test('each process has its own segment, and each names those before it', async () => {
    const first = await log.open()
    await first.write(signedOut)
    log.now += 1
    const second = await log.open()
    await second.write(signedOut)
    const [older, newer] = await log.files()
    const opened = (await log.records()).filter((record) => record['kind'] === 'audit.opened')
    expect(opened[0]?.['before']).toEqual([])
    expect(opened[1]?.['before']).toEqual([
      { segment: older?.replace('.jsonl', ''), count: 2, head: expect.any(String) as string },
    ])
    expect(newer).not.toBe(older)
    expect((await log.verify()).findings).toEqual([])
  })

  test('a segment removed under a running gate is noticed, and recording goes on in another', async () => {
    const audit = await log.open()
    await audit.write(signedOut)
    const removed = await log.newest()
    await rm(log.path(removed))
    expect(await faultOf(() => audit.write(signedOut))).toBe('audit-unwritable')
    expect(log.faults.map(({ code }) => code)).toEqual(['audit-unwritable'])
    await vi.waitFor(() => expect(audit.writable).toBe(true), patience)
    await audit.write(signedOut)
    expect((await log.verify()).findings).toMatchObject([{ kind: 'segment-missing', file: removed }])
  })
})

describe('retention', () => {
  async function fill(audit: Awaited<ReturnType<TrialLog['open']>>, records: number) {
    for (let at = 0; at < records; at += 100)
      await Promise.all(Array.from({ length: 100 }, (_, each) => audit.write(granted(`r${at + each}`))))
  }

  test('the oldest closed segments go when the log is too large, on record and without a finding', async () => {
    const maxBytes = 1024 * 1024
    const audit = await log.open({ maxBytes })
    await fill(audit, 4000)
    await audit.close()
    const sizes = await Promise.all(
      (await log.files()).map(async (file) => (await stat(log.path(file))).size),
    )
    const total = sizes.reduce((sum, size) => sum + size, 0)
    expect(total).toBeLessThan(maxBytes * 1.1)
    expect(total).toBeGreaterThan(maxBytes / 2)
    const pruned = (await log.segments.list()).filter(({ prunedAt }) => prunedAt !== undefined)
    expect(pruned.length).toBeGreaterThan(3)
    expect((await log.verify()).findings).toEqual([])
  })

  test('what is older than retention goes at the next segment', async () => {
    const retentionMs = 16 * day
    const first = await log.open({ retentionMs })
    await first.write(signedOut)
    const old = await log.newest()
    for (let at = 0; at < 18; at += 1) {
      log.now += day
      await first.write(signedOut)
    }
    expect(await log.files()).not.toContain(old)
    expect((await log.verify()).findings).toEqual([])
  })

  test('segments of other processes go once they are quiet, and not while they are written', async () => {
    const limits = { maxBytes: 512 * 1024 }
    for (const quiet of [true, false]) {
      const other = await log.open(limits)
      await fill(other, 100)
      await other.close()
      if (quiet) await utimes(log.path(await log.newest()), 1, 1)
    }
    const [quiet, busy] = await log.files()
    await fill(await log.open(limits), 1200)
    expect(await log.files()).not.toContain(quiet)
    expect(await log.files()).toContain(busy)
    expect((await log.verify()).findings).toEqual([])

    // Younger segments went by retention; that does not excuse this one.
    await rm(log.path(busy ?? ''))
    expect((await log.verify()).findings).toMatchObject([{ kind: 'segment-missing', file: busy }])
  })

  test('a file that retention had no business with is missed', async () => {
    const audit = await log.open({ maxBytes: 1024 * 1024 })
    await fill(audit, 4000)
    await audit.close()
    const kept = (await log.files()).at(-2) ?? ''
    await rm(log.path(kept))
    expect((await log.verify()).findings).toMatchObject([{ kind: 'segment-missing', file: kept }])
  })
})

test('no line of the file holds anything but what the event says', async () => {
  const audit = await log.open()
  await audit.write({
    ...refusedTo('guest'),
    asker: { principal: 'guest', address: '192.0.2.1', userAgent: 'evil"}\n{"mac":"x\u009b31m\u202e\ud800' },
  } as Parameters<typeof audit.write>[0])
  const text = await readFile(log.path(await log.newest()), 'utf8')
  expect(text.split('\n')).toHaveLength(3)
  expect(text).not.toMatch(/[\u0080-\u009f\u202e]/)
  expect((await log.verify()).findings).toEqual([])
})

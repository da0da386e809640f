/** A disk that is full or fails: everything is refused, signing out and the fault are still recorded, and it recovers. */
import { stat } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { faultOf, granted, signedOut, TrialLog } from '../../test/rig/trial-log.ts'
import { asFault } from '../store/engines/sqlite/faults.ts'
import type { SegmentStore } from '../store/store.ts'
import { systemDisk, type Disk, type DiskFile } from './disk.ts'

// A busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 })
const patience = { timeout: 30_000, interval: 10 }

/** The real disk behind a limit: it takes part of a write and then no more, as a full one does. */
class SmallDisk implements Disk {
  room: number
  broken = false
  readonly #sizes = new Map<string, number>()

  constructor(room: number) {
    this.room = room
  }

  makeDirectory = systemDisk.makeDirectory
  list = systemDisk.list
  stat = systemDisk.stat
  syncDirectory = systemDisk.syncDirectory
  freeBytes = () => Promise.resolve(this.room)

  async remove(path: string): Promise<boolean> {
    this.room += this.#sizes.get(path) ?? 0
    this.#sizes.delete(path)
    return systemDisk.remove(path)
  }

  async createFile(path: string): Promise<DiskFile> {
    if (this.broken) throw Object.assign(new Error('input/output error'), { code: 'EIO' })
    const file = await systemDisk.createFile(path)
    this.#sizes.set(path, 0)
    const grow = (bytes: number) => {
      this.room -= bytes
      this.#sizes.set(path, (this.#sizes.get(path) ?? 0) + bytes)
    }
    return {
      append: async (bytes) => {
        if (this.broken) throw Object.assign(new Error('input/output error'), { code: 'EIO' })
        const fits = Math.min(bytes.byteLength, this.room)
        grow(fits)
        await file.append(bytes.subarray(0, fits))
        if (fits < bytes.byteLength) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
      },
      truncate: async (length) => {
        grow(length - (this.#sizes.get(path) ?? 0))
        await file.truncate(length)
      },
      close: () => file.close(),
    }
  }
}

const megabyte = 1024 * 1024
let log: TrialLog
beforeEach(async () => {
  log = await TrialLog.make()
})
afterEach(() => log.destroy())

const exists = (name: string) =>
  stat(log.path(name)).then(
    () => true,
    () => false,
  )

describe('a full disk', () => {
  async function fill(disk: SmallDisk) {
    const audit = await log.open({}, disk)
    expect(await exists('reserve')).toBe(true)
    disk.room = 300
    expect(await faultOf(() => audit.write(granted('r1')))).toBe('audit-unwritable')
    await vi.waitFor(async () => expect(await log.kinds()).toContain('gate.faulted'), patience)
    return audit
  }

  test('refuses the request that no longer fits, and everything after it', async () => {
    const audit = await fill(new SmallDisk(8 * megabyte))
    expect(audit.writable).toBe(false)
    expect(await faultOf(() => audit.note(granted('r2')))).toBe('audit-unwritable')
    expect(await faultOf(() => audit.write(granted('r3')))).toBe('audit-unwritable')
    expect(log.faults.map(({ code }) => code)).toEqual(['audit-unwritable'])
  })

  test('gives up the reserve, so that signing out and the fault are on record', async () => {
    const audit = await fill(new SmallDisk(8 * megabyte))
    await audit.write(signedOut)
    expect(await exists('reserve')).toBe(false)
    expect(await log.kinds()).toEqual(['audit.opened', 'audit.opened', 'gate.faulted', 'session.ended'])
    expect((await log.verify()).findings).toEqual([])
  })

  test('a sign-out that was waiting when the disk filled up is recorded, not refused', async () => {
    const disk = new SmallDisk(8 * megabyte)
    const audit = await log.open({}, disk)
    disk.room = 300
    const both = await Promise.allSettled([audit.write(granted('r1')), audit.write(signedOut)])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect(await log.kinds()).toContain('session.ended')
    expect(await log.kinds()).not.toContain('request.granted')
  })

  test('refuses every request that was waiting, more than fit into one commit too', async () => {
    const disk = new SmallDisk(8 * megabyte)
    const audit = await log.open({}, disk)
    disk.room = 300
    const all = await Promise.allSettled(Array.from({ length: 700 }, () => audit.write(granted('r'))))
    expect(all.filter(({ status }) => status === 'fulfilled')).toEqual([])
    expect(audit.writable).toBe(false)
  })

  test('a sign-out that comes while the reserve is being given up is recorded, not refused', async () => {
    const disk = new SmallDisk(8 * megabyte)
    const audit = await log.open({}, disk)
    disk.room = 300
    expect(await faultOf(() => audit.write(granted('r1')))).toBe('audit-unwritable')
    await audit.write(signedOut)
    expect(await log.kinds()).toContain('session.ended')
  })

  test('notes that were taken before are written when there is room again, and the reserve is made anew', async () => {
    const disk = new SmallDisk(8 * megabyte)
    const audit = await log.open({}, disk)
    disk.room = 300
    audit.note(granted('taken'))
    await vi.waitFor(() => expect(audit.writable).toBe(false), patience)
    disk.room = 8 * megabyte
    await vi.waitFor(() => expect(audit.writable).toBe(true), patience)
    expect(await exists('reserve')).toBe(true)
    await audit.write(granted('after'))
    const requests = (await log.records()).flatMap((record) => record['request'] ?? [])
    expect(requests).toEqual(['taken', 'after'])
    expect((await log.verify()).findings).toEqual([])
  })

  test('fails closed when the reserve is used up too', async () => {
    const disk = new SmallDisk(8 * megabyte)
    const audit = await fill(disk)
    disk.room = 0
    expect(await faultOf(() => audit.write(signedOut))).toBe('audit-unwritable')
    expect(audit.writable).toBe(false)
    expect((await log.verify()).findings).toEqual([])
  })

  test('a command line that starts on it uses the reserve that the gate made', async () => {
    const disk = new SmallDisk(8 * megabyte)
    await (await log.open({}, disk)).close()
    disk.room = 0
    const audit = await log.open({}, disk)
    expect(audit.writable).toBe(false)
    await audit.write(signedOut)
    expect((await log.kinds()).at(-1)).toBe('session.ended')
  })

  test('nothing opens on it without a reserve', async () => {
    expect(await faultOf(() => log.open({}, new SmallDisk(0)))).toBe('audit-unwritable')
    expect(await log.files()).toEqual([])
    expect((await log.verify()).findings).toEqual([])
  })
})

describe('a full disk that the database shares', () => {
  /** Each write to the store needs more of the disk, and SQLite itself says when there is none. */
  function share(disk: SmallDisk, segments: SegmentStore): void {
    const database = new DatabaseSync(':memory:')
    database.exec('create table filler (bytes blob)')
    const grow = () => {
      // SQLite takes a limit below the present size as that size.
      database.exec(`pragma max_page_count = ${disk.room < 8192 ? 1 : 1_000_000}`)
      try {
        database.exec('insert into filler values (zeroblob(8192))')
      } catch (thrown) {
        throw asFault('sekisho.db', thrown)
      }
    }
    const { open, advance } = segments
    segments.open = async (row) => {
      grow()
      await open(row)
    }
    segments.advance = async (...head) => {
      grow()
      await advance(...head)
    }
  }

  async function openShared() {
    const disk = new SmallDisk(8 * megabyte)
    share(disk, log.segments)
    return { disk, audit: await log.open({}, disk) }
  }

  test('the reserve makes room for both: the request is refused, signing out is on record', async () => {
    const { disk, audit } = await openShared()
    disk.room = 300
    expect(await faultOf(() => audit.write(granted('r1')))).toBe('audit-unwritable')
    await vi.waitFor(async () => expect(await log.kinds()).toContain('gate.faulted'), patience)
    await audit.write(signedOut)
    expect(audit.writable).toBe(false)
    expect(await faultOf(() => audit.note(granted('r2')))).toBe('audit-unwritable')
    expect(await exists('reserve')).toBe(false)
    expect(await log.kinds()).toEqual(['audit.opened', 'audit.opened', 'gate.faulted', 'session.ended'])
    expect((await log.verify()).findings).toEqual([])
  })

  test('it recovers when there is room again', async () => {
    const { disk, audit } = await openShared()
    disk.room = 300
    expect(await faultOf(() => audit.write(granted('r1')))).toBe('audit-unwritable')
    disk.room = 8 * megabyte
    await vi.waitFor(() => expect(audit.writable).toBe(true), patience)
    expect(await exists('reserve')).toBe(true)
    await audit.write(granted('after'))
    expect(await log.kinds()).toContain('request.granted')
    expect((await log.verify()).findings).toEqual([])
  })

  test('it fails closed when the reserve is used up too, and recovers', async () => {
    const { disk, audit } = await openShared()
    disk.room = 300
    expect(await faultOf(() => audit.write(granted('r1')))).toBe('audit-unwritable')
    await audit.write(signedOut)
    disk.room = 0
    expect(await faultOf(() => audit.write(signedOut))).toBe('audit-unwritable')
    expect(audit.writable).toBe(false)
    disk.room = 8 * megabyte
    await vi.waitFor(() => expect(audit.writable).toBe(true), patience)
    await audit.write(signedOut)
    expect((await log.verify()).findings).toEqual([])
  })

  test('the reserve is given up when only the database is out of room, since signing out changes it first', async () => {
    const { disk, audit } = await openShared()
    disk.room = 4000
    await audit.write(granted('r1'))
    await vi.waitFor(() => expect(audit.writable).toBe(false), patience)
    await vi.waitFor(async () => expect(await log.kinds()).toContain('gate.faulted'), patience)
    expect(await exists('reserve')).toBe(false)
    expect(disk.room).toBeGreaterThan(megabyte)
    await audit.write(signedOut)
    expect(await faultOf(() => audit.write(granted('r2')))).toBe('audit-unwritable')
    expect(await log.kinds()).toEqual(['audit.opened', 'request.granted', 'gate.faulted', 'session.ended'])
    disk.room = 8 * megabyte
    await vi.waitFor(() => expect(audit.writable).toBe(true), patience)
    expect((await log.verify()).findings).toEqual([])
  })

  test('closing writes the last records and keeps the reserve when the database has no room for their head', async () => {
    const { disk, audit } = await openShared()
    disk.room = 4000
    audit.note(granted('r1'))
    await audit.close()
    expect(log.faults.map(({ code }) => code)).toEqual(['audit-unwritable'])
    expect(await exists('reserve')).toBe(true)
    expect(await log.kinds()).toEqual(['audit.opened', 'request.granted'])
    expect((await log.verify()).findings).toEqual([])
  })

  test('a database that is out of room on a disk of its own leaves the reserve alone', async () => {
    const audit = await log.open({}, new SmallDisk(8 * megabyte))
    const elsewhere = new SmallDisk(0)
    share(elsewhere, log.segments)
    await audit.write(granted('r1'))
    await vi.waitFor(() => expect(log.faults).toHaveLength(1), patience)
    await audit.write(granted('r2'))
    expect(audit.writable).toBe(true)
    expect(await exists('reserve')).toBe(true)
    elsewhere.room = megabyte
    await audit.close()
    expect((await log.verify()).findings).toEqual([])
  })
})

describe('a disk that fails', () => {
  test('every waiting write is rejected and the log is writable again once the disk is', async () => {
    const disk = new SmallDisk(8 * megabyte)
    const audit = await log.open({}, disk)
    disk.broken = true
    const waiting = await Promise.allSettled([audit.write(granted('r1')), audit.write(signedOut)])
    expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(audit.writable).toBe(false)
    expect(await faultOf(() => audit.note(signedOut))).toBe('audit-unwritable')
    disk.broken = false
    await vi.waitFor(() => expect(audit.writable).toBe(true), patience)
    await audit.write(signedOut)
    expect(await log.kinds()).toEqual(['audit.opened', 'audit.opened', 'session.ended'])
    expect((await log.verify()).findings).toEqual([])
  })

  test('closing says so when notes stay unwritten', async () => {
    const disk = new SmallDisk(8 * megabyte)
    const audit = await log.open({}, disk)
    audit.note(granted('r1'))
    disk.broken = true
    expect(await faultOf(() => audit.close())).toBe('audit-unwritable')
  })

  test('a store that does not take the head is reported', async () => {
    const audit = await log.open()
    log.segments.advance = () => Promise.reject(new Error('locked'))
    await audit.write(signedOut)
    await vi.waitFor(() => expect(log.faults.map(({ code }) => code)).toEqual(['audit-unwritable']), patience)
  })
})

test('records that come faster than a stalled disk takes them are refused, not piled up', async () => {
  const disk = new SmallDisk(64 * megabyte)
  const audit = await log.open({}, disk)
  const open = Promise.withResolvers<undefined>()
  const list = disk.createFile.bind(disk)
  disk.createFile = async (path) => {
    await open.promise
    return list(path)
  }
  log.now += 2 * 86_400_000
  let taken = 0
  const flood = async () => {
    for (; taken < 1_000_000; taken += 1) audit.note(granted('r'))
    return Promise.resolve()
  }
  expect(await faultOf(flood)).toBe('audit-unwritable')
  expect(taken).toBeGreaterThan(1000)
  expect(taken).toBeLessThan(20_000)
  expect(audit.writable).toBe(false)
  open.resolve(undefined)
  await vi.waitFor(() => expect(audit.writable).toBe(true), patience)
})

import { describe, expect, it } from 'vitest'
import { Secret } from '../kit/secret.ts'
import { makeMemoryData } from '../store/engines/memory/data.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import type { OwnedKind } from '../store/rows.ts'
import { defaultKeeping, Ledger, type Keeping } from './ledger.ts'
import type { Owner } from './owner.ts'
import { SessionHashes } from './session-hash.ts'

const [alice, bob] = ['user:alice' as Owner, 'user:bob' as Owner]
const day = 24 * 3_600_000

/** Two gates over one store, and a clock to move. */
function open(keeping: Readonly<Record<OwnedKind, Keeping>> = defaultKeeping) {
  const time = { now: 1_900_000_000_000 }
  const data = makeMemoryData()
  const shared = new Set(['/app/logo.png'])
  const make = () => {
    const store = makeMemoryStore(data)
    const hashes = new SessionHashes({ key: new Secret(new Uint8Array(32)), instance: 'i' })
    return new Ledger({
      ...{ store, hashes, clock: { now: () => time.now }, keeping },
      ...{ sharedFiles: () => shared, sharedFolders: ['/srv/reports'] },
    })
  }
  return { ledger: make(), other: make(), operator: makeMemoryStore(data).ownership, time, data }
}

const standing = async (ledger: Ledger, owner: Owner, path: string) =>
  (await ledger.judgeFiles(owner, [path])).map((one) => one.standing)

describe('files', () => {
  it('are own to whom the app gave them, and others’ to everybody else, at every gate', async () => {
    const { ledger, other } = open()
    await ledger.noteFiles(alice, ['/tmp/a', '/tmp/b'])
    await other.noteFiles(bob, ['/tmp/b'])
    for (const gate of [ledger, other]) {
      expect(await gate.judgeFiles(alice, ['/tmp/a', '/tmp/b', '/tmp/c', '/app/logo.png'])).toEqual([
        { path: '/tmp/a', standing: 'own', owners: [alice] },
        { path: '/tmp/b', standing: 'own', owners: [alice] },
        { path: '/tmp/c', standing: 'unknown', owners: [] },
        { path: '/app/logo.png', standing: 'shared', owners: [] },
      ])
      expect(await gate.judgeFiles(bob, ['/tmp/a'])).toEqual([
        { path: '/tmp/a', standing: 'others', owners: [alice] },
      ])
    }
  })

  it.each(['/tmp/./a', '/tmp//a', '/tmp/x/../a', 'tmp/a', '/tmp/a/', '/tmp/a\0'])(
    'are not found under another spelling: %j',
    async (path) => {
      const { ledger } = open()
      await ledger.noteFiles(alice, ['/tmp/a', path])
      expect(await standing(ledger, alice, '/tmp/a')).toEqual(['own'])
      expect(await standing(ledger, alice, path)).toEqual(['unknown'])
    },
  )

  it('below a folder that the operator shares are everybody’s, and none beside it', async () => {
    const { ledger } = open()
    for (const path of ['/srv/reports/may.pdf', '/srv/reports/2026/may.pdf'])
      expect(await standing(ledger, bob, path)).toEqual(['shared'])
    for (const path of [
      ...['/srv/reports', '/srv/reports-2/a', '/srv/reports/../a', '/srv/reports//a', '/srv/reports/./a'],
      '/srv/reports/deep_links/abc/state.json',
    ])
      expect(await standing(ledger, bob, path)).toEqual(['unknown'])
  })

  it('that a deep link keeps are nobody’s', async () => {
    const { ledger } = open()
    await ledger.noteFiles(alice, ['/tmp/deep_links/abc/state.json'])
    expect(await standing(ledger, alice, '/tmp/deep_links/abc/state.json')).toEqual(['unknown'])
  })

  it('that the app gives to everybody are found as fast as others, and name a hundred of their owners', async () => {
    const { ledger, other } = open()
    for (let i = 0; i < 300; i++) await ledger.noteFiles(`session:${i}` as Owner, ['/tmp/all'])
    expect(await standing(other, 'session:299' as Owner, '/tmp/all')).toEqual(['own'])
    const [seen] = await other.judgeFiles(alice, ['/tmp/all'])
    expect([seen?.standing, seen?.owners.length]).toEqual(['others', 100])
  })

  it('are forgotten when nobody needed them for their time, and stay while somebody does', async () => {
    const { ledger, operator, time } = open()
    await ledger.noteFiles(alice, ['/tmp/needed', '/tmp/idle'])
    for (let i = 0; i < 40; i++) {
      time.now += day
      expect(await standing(ledger, alice, '/tmp/needed')).toEqual(['own'])
      await ledger.review()
    }
    expect(await standing(ledger, alice, '/tmp/idle')).toEqual(['unknown'])
    expect((await operator.list('file', alice, 9)).map(({ id }) => id)).toEqual(['/tmp/needed'])
  })

  it('are nobody’s past their time even before anybody cleaned up', async () => {
    const { ledger, other, time } = open()
    await ledger.noteFiles(alice, ['/tmp/a'])
    time.now += 30 * day
    for (const gate of [ledger, other]) expect(await standing(gate, alice, '/tmp/a')).toEqual(['unknown'])
  })

  it('that the operator revoked are gone at the next review, and do not come back by having been read', async () => {
    const { ledger, operator, time } = open()
    await ledger.noteFiles(alice, ['/tmp/a'])
    time.now += 5 * day
    expect(await standing(ledger, alice, '/tmp/a')).toEqual(['own'])
    await operator.revoke('file', { id: '/tmp/a' })
    await ledger.review()
    expect(await standing(ledger, alice, '/tmp/a')).toEqual(['unknown'])
    await ledger.review()
    expect(await operator.findAll('file', '/tmp/a', 9)).toEqual([])
  })

  it('cost no look at the store once they were found, and no write to be read', async () => {
    const { ledger, data } = open()
    await ledger.noteFiles(alice, ['/tmp/a'])
    const { writes } = data
    for (let i = 0; i < 5; i++) expect(await standing(ledger, alice, '/tmp/a')).toEqual(['own'])
    await ledger.noteFiles(alice, ['/tmp/a'])
    expect(data.writes).toBe(writes)
  })

  it('of one owner don’t push out those of another', async () => {
    const few = { ...defaultKeeping, file: { ...defaultKeeping.file, ofOne: 3 } }
    const { ledger, other } = open(few)
    await ledger.noteFiles(bob, ['/tmp/bob'])
    await ledger.noteFiles(
      alice,
      Array.from({ length: 50 }, (_, i) => `/tmp/${i}`),
    )
    expect(await standing(other, bob, '/tmp/bob')).toEqual(['own'])
    expect(await standing(other, alice, '/tmp/49')).toEqual(['own'])
    expect(await standing(other, alice, '/tmp/1')).toEqual(['unknown'])
  })
})

describe('events', () => {
  const event = { endpoint: 4, endpointName: 'predict', session: 'abc.mac' }

  it('are found by their owner, and are somebody else’s to the others', async () => {
    const { ledger, other } = open()
    await ledger.noteEvent({ id: 'e1', owner: alice, ...event })
    expect(await other.findEvent(alice, 'e1')).toEqual({
      event: { id: 'e1', owner: alice, ...event },
      foreign: false,
    })
    expect(await other.findEvent(bob, 'e1')).toEqual({ foreign: true })
    expect(await other.findEvent(bob, 'e2')).toEqual({ foreign: false })
    expect(await other.findEvent(bob, '../e1')).toEqual({ foreign: false })
  })

  it('stay with the first who had them', async () => {
    const { ledger, other } = open()
    await ledger.noteEvent({ id: 'e1', owner: alice, ...event })
    await other.noteEvent({ id: 'e1', owner: bob, ...event, endpoint: 5 })
    expect(await other.findEvent(bob, 'e1')).toEqual({ foreign: true })
    expect((await ledger.findEvent(alice, 'e1')).event?.endpoint).toBe(4)
  })

  it('noted soon are written when what is ready has gone on, and found at once where they were noted', async () => {
    const { ledger, other, data } = open()
    ledger.noteEventSoon({ id: 'e1', owner: alice, ...event })
    await Promise.resolve()
    expect(data.owned.size).toBe(0)
    expect((await ledger.findEvent(alice, 'e1')).event?.endpoint).toBe(4)
    expect((await other.findEvent(alice, 'e1')).event?.endpoint).toBe(4)
    ledger.noteEventSoon({ id: 'e1', owner: bob, ...event })
    expect(await ledger.findEvent(bob, 'e1')).toEqual({ foreign: true })
  })

  it('that could not be written are nobody’s, and the next review says why', async () => {
    const { ledger, data } = open()
    const full = new Error('no space')
    data.owned.set = () => {
      throw full
    }
    ledger.noteEventSoon({ id: 'e1', owner: alice, ...event })
    expect(await ledger.findEvent(alice, 'e1')).toEqual({ foreign: false })
    await expect(ledger.review()).rejects.toBe(full)
    await ledger.review()
  })

  it('are over after a day', async () => {
    const { ledger, time } = open()
    await ledger.noteEvent({ id: 'e1', owner: alice, ...event })
    time.now += day
    expect(await ledger.findEvent(alice, 'e1')).toEqual({ foreign: false })
    expect(await ledger.findEvent(bob, 'e1')).toEqual({ foreign: false })
  })
})

describe('uploads and deep links', () => {
  it('an upload is the first’s who named it', async () => {
    const { ledger, other } = open()
    expect(await ledger.claimUpload(alice, 'abc123')).toBe(true)
    expect(await other.claimUpload(bob, 'abc123')).toBe(false)
    expect(await other.ownsUpload(alice, 'abc123')).toBe(true)
    expect(await other.ownsUpload(bob, 'abc123')).toBe(false)
    expect(await ledger.claimUpload(alice, 'a b')).toBe(false)
  })

  it('a deep link is of each who made it, and an empty one nobody’s', async () => {
    const { ledger, other } = open()
    await ledger.noteDeepLink(alice, 'q0-Z')
    await other.noteDeepLink(bob, 'q0-Z')
    await ledger.noteDeepLink(alice, '')
    expect(await other.ownsDeepLink(alice, 'q0-Z')).toBe(true)
    expect(await ledger.ownsDeepLink(bob, 'q0-Z')).toBe(true)
    expect(await ledger.ownsDeepLink('token:t' as Owner, 'q0-Z')).toBe(false)
    expect(await ledger.ownsDeepLink(alice, '')).toBe(false)
  })
})

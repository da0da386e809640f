/** What the ledger keeps in memory, asks the store and writes there: how often, and that none of it outlives a revocation. */
import { describe, expect, it } from 'vitest'
import { Secret } from '../kit/secret.ts'
import { makeMemoryData } from '../store/engines/memory/data.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import { Ledger } from './ledger.ts'
import type { Owner } from './owner.ts'
import { SessionHashes } from './session-hash.ts'

const [alice, bob] = ['user:alice' as Owner, 'user:bob' as Owner]
const day = 24 * 3_600_000

/** Two gates over one store, a clock to move, and how often the ledgers asked to find and to prune. */
function open() {
  const time = { now: 1_900_000_000_000 }
  const data = makeMemoryData()
  const asked = { find: 0, prune: 0 }
  const make = () => {
    const store = makeMemoryStore(data)
    const { ownership } = store
    const counted = {
      ...ownership,
      find: (...one: Parameters<typeof ownership.find>) => (asked.find++, ownership.find(...one)),
      prune: (...one: Parameters<typeof ownership.prune>) => (asked.prune++, ownership.prune(...one)),
    }
    const ledger = new Ledger({
      ...{ store: { ...store, ownership: counted }, clock: { now: () => time.now } },
      ...{ sharedFiles: () => new Set(['/app/./odd.png']), sharedFolders: ['/srv/a', '/srv/b'] },
      hashes: new SessionHashes({ key: new Secret(new Uint8Array(32)), instance: 'i' }),
    })
    return { ledger, store }
  }
  const [{ ledger, store }, other] = [make(), make()]
  return { ledger, store, other: other.ledger, time, data, asked }
}

const standing = async (ledger: Ledger, owner: Owner, path: string) =>
  (await ledger.judgeFiles(owner, [path])).map((one) => one.standing)

describe('a file', () => {
  it('that was found is not looked for again until somebody else has written', async () => {
    const { ledger, other, data, asked } = open()
    const finds = async (by: Ledger) => {
      asked.find = 0
      for (let i = 0; i < 3; i++) expect(await standing(by, alice, '/tmp/a')).toEqual(['own'])
      return asked.find
    }
    await ledger.noteFiles(alice, ['/tmp/a'])
    expect(await finds(ledger)).toBe(0)
    expect(await finds(other)).toBe(1)
    await other.review()
    expect(await finds(other)).toBe(1)
    await other.review()
    expect(await finds(other)).toBe(0)
    await ledger.noteFiles(alice, ['/tmp/b'])
    await other.review()
    expect(await finds(other)).toBe(1)
    expect(data.writes).toBe(2)
  })

  it('that is needed is written once, at the next review, when a sixteenth of its time has passed', async () => {
    const { ledger, time, data } = open()
    await ledger.noteFiles(alice, ['/tmp/a'])
    const { writes } = data
    const written = async () => {
      await standing(ledger, alice, '/tmp/a')
      await ledger.review()
      await ledger.review()
      return data.writes - writes
    }
    time.now += (30 * day) / 16 - 1
    expect(await written()).toBe(0)
    time.now += 1
    expect(await written()).toBe(1)
    expect(await written()).toBe(1)
  })

  it('is not vouched for from memory once the store can’t be asked what was revoked', async () => {
    const { ledger, store } = open()
    await ledger.noteFiles(alice, ['/tmp/a'])
    expect(await standing(ledger, alice, '/tmp/a')).toEqual(['own'])
    await store.close()
    await expect(ledger.review()).rejects.toMatchObject({ code: 'store-unusable' })
    await expect(ledger.judgeFiles(alice, ['/tmp/a'])).rejects.toMatchObject({ code: 'store-unusable' })
  })

  it('is everybody’s in each of the folders that the operator names, and not beside them', async () => {
    const { ledger } = open()
    const paths = [
      '/srv/a/x',
      '/srv/b/y/z',
      '/srv/a',
      '/srv/ab',
      '/srv/c/x',
      '/srv/a/deep_links/x/state.json',
    ]
    const judged = await ledger.judgeFiles(alice, paths)
    expect(judged.map(({ standing: said }) => said)).toEqual([
      ...['shared', 'shared', 'unknown', 'unknown', 'unknown', 'unknown'],
    ])
  })

  it('that the app shows to everybody has one spelling, too', async () => {
    const { ledger } = open()
    expect(await ledger.judgeFiles(alice, ['/app/./odd.png'])).toEqual([
      { path: '/app/./odd.png', standing: 'unknown', owners: [] },
    ])
  })
})

describe('an event or an upload', () => {
  it('that was noted here is not looked for, and one by an odd id is not noted', async () => {
    const { ledger, asked } = open()
    const event = { endpoint: 4, endpointName: 'predict', session: 'abc.mac' }
    await ledger.noteEvent({ id: 'e1', owner: alice, ...event })
    await ledger.noteEvent({ id: '../e2', owner: alice, ...event })
    await ledger.claimUpload(alice, 'u1')
    expect((await ledger.findEvent(alice, 'e1')).event?.id).toBe('e1')
    expect(await ledger.ownsUpload(alice, 'u1')).toBe(true)
    expect(asked.find).toBe(0)
    expect(await ledger.findEvent(alice, '../e2')).toEqual({ foreign: false })
  })

  it('of somebody else is not remembered as one’s own', async () => {
    const { ledger } = open()
    await ledger.claimUpload(alice, 'u1')
    expect(await ledger.claimUpload(bob, 'u1')).toBe(false)
    expect(await ledger.ownsUpload(bob, 'u1')).toBe(false)
  })
})

describe('cleaning up', () => {
  it('happens once a minute, whichever way the clock went', async () => {
    const { ledger, time, asked } = open()
    const prunedAfter = async (ms: number) => {
      time.now += ms
      asked.prune = 0
      await ledger.review()
      return asked.prune
    }
    expect(await prunedAfter(59_999)).toBe(0)
    const kinds = await prunedAfter(1)
    expect(kinds).toBeGreaterThan(0)
    expect(await prunedAfter(0)).toBe(0)
    expect(await prunedAfter(-60_000)).toBe(kinds)
  })
})

describe('a session', () => {
  it('is named under its owner’s key, and one of a single call by the gate alone', () => {
    const { ledger, other } = open()
    const named = ledger.nameSession(alice, 'abc')
    expect(named).toMatchObject({ client: 'abc' })
    expect(other.nameSession(alice, named?.upstream ?? '')).toEqual(named)
    expect(other.nameSession(bob, named?.upstream ?? '')).toBeUndefined()
    const made = ledger.makeSession(alice)
    expect(other.nameSession(alice, made.upstream)).toBeUndefined()
    expect(other.nameMediaSession(alice, made.upstream)).toEqual(made)
  })
})

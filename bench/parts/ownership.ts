/** What ownership costs: the MAC of a session; the ledger with a million files; messages of a stream through the taps that learn. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { EventInspection } from '../../src/answers/inspect-events.ts'
import { TapChain } from '../../src/answers/show-taps.ts'
import type { Tap } from '../../src/answers/tap.ts'
import type { Endpoint } from '../../src/app/model.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { Secret } from '../../src/kit/secret.ts'
import { learnQueue } from '../../src/ownership/learn-outputs.ts'
import { Ledger } from '../../src/ownership/ledger.ts'
import type { Owner } from '../../src/ownership/owner.ts'
import { SessionHashes } from '../../src/ownership/session-hash.ts'
import { openSqliteStore } from '../../src/store/engines/sqlite/open.ts'
import type { Store } from '../../src/store/store.ts'
import { micros, spent, type Costs } from '../costs.ts'

const bounds = { ofOne: 1e9, ofAll: 1e9 }
const owners = 1000
const files = 1_000_000
const ownerAt = (i: number) => `user:user${String(i % owners).padStart(6, '0')}` as Owner
const fileAt = (i: number) =>
  `/tmp/gradio/${i.toString(16).padStart(8, '0').repeat(8)}/a picture of mine ${String(i)}.webp`

async function measureSessions(costs: Costs, hashes: SessionHashes): Promise<void> {
  await costs.each('session_hash: name it (key at hand)', 5000, () => hashes.name(ownerAt(1), 'abc123xyz'))
  const long = hashes.name(ownerAt(1), 'abc123xyz')?.upstream ?? ''
  await costs.each('session_hash: verify the long form', 5000, () => hashes.name(ownerAt(1), long))
  const stranger = (i: number) => hashes.name(`user:new${String(i)}` as Owner, 'abc123xyz')
  await costs.each('session_hash: name it (a key to be derived)', 5000, stranger)
}

async function fill(store: Store): Promise<void> {
  const at = Date.now()
  for (let i = 0; i < files; i += 10_000) {
    const rows = Array.from({ length: Math.min(10_000, files - i) }, (_, j) => i + j)
    await store.ownership.note(
      rows.map((n) => ({ kind: 'file', id: fileAt(n), owner: ownerAt(n), at })),
      bounds,
    )
  }
}

async function measureLedger(costs: Costs, hashes: SessionHashes): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sekisho-ownership-'))
  const file = path.join(folder, 'sekisho.db')
  const store = await openSqliteStore({ file })
  try {
    const from = spent()
    await fill(store)
    const size = (await stat(file)).size / files
    costs.say(`ledger: ${String(files)} files of ${String(owners)} owners`, `${size.toFixed(0)} bytes each`)
    costs.say('ledger: filling it, a file', micros((spent() - from) / files))
    const ledger = new Ledger({ store, hashes, clock: systemClock, sharedFiles: () => new Set() })
    // Jumps that meet no file twice, so that nothing is at hand.
    const pick = (i: number) => (i * 7919) % files
    const judge = (owner: Owner, n: number) => ledger.judgeFiles(owner, [fileAt(n)])
    await costs.each('ledger: own file, from the database', 4000, (i) => judge(ownerAt(pick(i)), pick(i)))
    await costs.each('ledger: own file, at hand', 4000, () => judge(ownerAt(5), 5))
    await costs.each("ledger: somebody else's file", 4000, (i) => judge(ownerAt(pick(i) + 1), pick(i)))
    await costs.each('ledger: unknown file', 4000, (i) => judge(ownerAt(1), files + i))
    const learn = (i: number) => ledger.noteFiles(ownerAt(i), [`${fileAt(i)}.new`])
    await costs.each('ledger: learn one file', 500, learn)
    const gallery = (i: number) =>
      ledger.noteFiles(
        ownerAt(i),
        Array.from({ length: 100 }, (_, n) => `${fileAt(i)}.${String(n)}`),
      )
    await costs.each('ledger: learn a gallery of 100', 50, gallery)
    const event = { endpoint: 1, endpointName: 'predict', session: 'abc.mac' }
    const note = (i: number) => ledger.noteEvent({ id: `e${String(i)}`, owner: ownerAt(i), ...event })
    await costs.each('ledger: learn an event', 500, note)
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
}

const fileData = (n: number) => ({
  path: fileAt(n),
  url: `http://127.0.0.1:7860/gradio_api/file=${fileAt(n)}`,
  size: null,
  orig_name: 'picture.webp',
  mime_type: null,
  is_stream: false,
  meta: { _type: 'gradio.FileData' },
})

function message(msg: string, data: unknown): Buffer {
  const output = { data, is_generating: true, duration: 0.1, average_duration: 0.1, render_config: null }
  return Buffer.from(`data: ${JSON.stringify({ msg, event_id: 'e1', output, success: true })}\n\n`)
}

/** A tap that finds its event at once and keeps what it learns nowhere: the cost of looking alone. */
function lookingTap(): Tap {
  const slot = (holdsFiles: boolean) => ({ type: holdsFiles ? 'image' : 'textbox', holdsFiles })
  const endpoint = { id: 1, name: 'predict', outputs: [slot(true), slot(false)] } as unknown as Endpoint
  const event = { id: 'e1', owner: ownerAt(1), endpoint: 1, endpointName: 'predict', session: 'abc.mac' }
  return learnQueue({
    owner: ownerAt(1),
    holdsFiles: (type) => type === 'image',
    gradio: '6.31.0',
    endpointOf: () => endpoint,
    pause: () => Promise.resolve(),
    ownership: {
      noteFiles: () => Promise.resolve(),
      findEvent: () => Promise.resolve({ event, foreign: false }),
    },
  })
}

async function measureStream(costs: Costs): Promise<void> {
  const table = Array.from({ length: 20_000 }, (_, i) => [i, `row ${String(i)}`, i * 1.5])
  const cases = [
    ['a token of text', message('process_generating', [[], [['append', [], ' word']]]), 20_000],
    ['progress', message('progress', [{ index: 1, length: 10 }]), 20_000],
    ['a table of 0.6 MB, no file', message('process_completed', [null, table]), 40],
    ['one image', message('process_completed', [fileData(1), '']), 5_000],
    [
      'a gallery of 100',
      message('process_completed', [Array.from({ length: 100 }, (_, i) => fileData(i)), '']),
      100,
    ],
    ['one image beside the table', message('process_completed', [fileData(1), table]), 10],
  ] as const
  for (const [what, bytes, count] of cases) {
    for (const [how, taps] of [
      ['split', []],
      ['learn', [lookingTap()]],
    ] as const) {
      const inspection = new EventInspection(new TapChain(taps), () => undefined)
      await inspection.push(message('process_generating', [null, '']))
      const size = { bytes: bytes.length, count }
      await costs.perMegabyte(`stream: ${how}, ${what}`, size, () => inspection.push(bytes))
    }
  }
}

export async function measureOwnership(costs: Costs): Promise<void> {
  const hashes = new SessionHashes({ key: new Secret(new Uint8Array(32)), instance: 'bench' })
  await measureSessions(costs, hashes)
  await measureStream(costs)
  await measureLedger(costs, hashes)
}

/** How long a CA is left alone after failures. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Attempts } from './attempts.ts'

const minute = 60_000
const subject = ['https://ca.example/dir', 'gate.example.org']
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sekisho-attempts-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function open(of = subject, random = 0): Promise<Attempts> {
  const attempts = new Attempts(folder, of, () => random)
  await attempts.load()
  return attempts
}

test('pauses grow to an hour, so that a name fails at most five times in one', async () => {
  const attempts = await open()
  let now = 1_800_000_000_000
  const times: number[] = []
  for (let count = 0; count < 12; count++) {
    times.push(now)
    now = (await attempts.fail(now, 'no', 0)).again
  }
  expect(times.slice(1, 6).map((time, at) => time - (times[at] ?? 0))).toEqual([
    10_000,
    minute,
    5 * minute,
    15 * minute,
    60 * minute,
  ])
  for (const time of times)
    expect(times.filter((one) => one > time - 60 * minute && one <= time).length).toBeLessThan(6)
})

test('not everybody comes back at the same moment', async () => {
  const again = [0, 0.5, 1].map(
    async (random) => (await (await open(subject, random)).fail(0, 'no', 0)).again,
  )
  expect(await Promise.all(again)).toEqual([10_000, 11_000, 12_000])
})

test('a CA that asks for longer is left alone for longer', async () => {
  expect((await (await open()).fail(0, 'no', 2 * 60 * minute)).again).toBe(2 * 60 * minute)
})

test('a restart forgets nothing', async () => {
  await (await open()).fail(1_000, 'why it failed', 0)
  const restarted = await open()
  expect(restarted.pending(5_000)).toEqual({ says: 'why it failed', again: 11_000 })
  expect(restarted.pending(11_000)).toBeUndefined()
  expect((await restarted.fail(11_000, 'again', 0)).again).toBe(11_000 + minute)
})

test('another name, another CA or another way begins anew', async () => {
  await (await open()).fail(1_000, 'no', 0)
  expect((await open([...subject, 'b.example.org'])).pending(1_001)).toBeUndefined()
})

test('success begins anew', async () => {
  const attempts = await open()
  await attempts.fail(1_000, 'no', 0)
  await attempts.succeed()
  expect((await open()).pending(1_001)).toBeUndefined()
  expect((await (await open()).fail(2_000, 'no', 0)).again).toBe(12_000)
})

test('a clock that was set back by days does not stop it for days', async () => {
  await (await open()).fail(1_800_000_000_000, 'no', 0)
  expect((await open()).pending(1_700_000_000_000)).toBeUndefined()
})

test.each(['', 'null', '{', '[]', '{"subject":1}', '{"count":"many"}'])(
  'a file that says %j counts for nothing',
  async (text) => {
    await writeFile(join(folder, 'attempts.json'), text)
    expect((await open()).pending(0)).toBeUndefined()
  },
)

test('the file holds no names, only a digest of them', async () => {
  await (await open()).fail(1_000, 'no', 0)
  expect(await readFile(join(folder, 'attempts.json'), 'utf8')).not.toContain('gate.example.org')
})

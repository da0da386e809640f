/** What of a file goes into a backup. */
import { createHash } from 'node:crypto'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { segmentFile, textFile, wholeFile, type Hashed } from './packed-files.ts'

let folder = ''
let path = ''
let links = 0
/** A new name each time. */
const held = () => join(folder, `held-${(links += 1)}`)
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sekisho-packed-'))
  path = join(folder, 'file')
})
afterEach(() => rm(folder, { recursive: true }))

async function contentOf(file: Hashed | undefined): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of file?.open() ?? []) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

test('of a segment: every complete line, and nothing of one that is being written', async () => {
  const text = fc.array(fc.constantFrom('{"mac":1}', '\n', 'half a rec')).map((pieces) => pieces.join(''))
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      await writeFile(path, content)
      const file = await segmentFile('audit/x.jsonl', path, held())
      const complete = content.slice(0, content.lastIndexOf('\n') + 1)
      expect(await contentOf(file)).toBe(complete)
      expect(file?.bytes).toBe(complete.length)
      expect(file?.sha256).toBe(createHash('sha256').update(complete).digest('hex'))
    }),
    { numRuns: 50 },
  )
})

test('of a segment whose last line is longer than one reading: the lines before it', async () => {
  await writeFile(path, `first\n${'x'.repeat(600_000)}`)
  expect(await contentOf(await segmentFile('audit/x.jsonl', path, held()))).toBe('first\n')
})

test('of a segment that grows on: what was there when it was looked at', async () => {
  await writeFile(path, 'first\n')
  const file = await segmentFile('audit/x.jsonl', path, held())
  await appendFile(path, 'second\n')
  expect(await contentOf(file)).toBe('first\n')
})

test('of a segment that retention took: nothing', async () => {
  expect(await segmentFile('audit/x.jsonl', path, held())).toBeUndefined()
})

test('of a segment that retention takes before it is packed: all of it', async () => {
  await writeFile(path, 'first\n')
  const file = await segmentFile('audit/x.jsonl', path, held())
  await rm(path)
  expect(await contentOf(file)).toBe('first\n')
})

test('of a segment on a disk of its own: what it is where it lies', async () => {
  await writeFile(path, 'first\n')
  // As there, no link can be made.
  expect(await contentOf(await segmentFile('audit/x.jsonl', path, join(folder, 'no', 'where')))).toBe(
    'first\n',
  )
})

test('of other files: all of it, an empty one included', async () => {
  await writeFile(path, 'a\nb')
  expect(await contentOf(await wholeFile('sekisho.db', path))).toBe('a\nb')
  await writeFile(path, '')
  expect(await contentOf(await wholeFile('sekisho.db', path))).toBe('')
  expect(textFile('set-up.key', 'ä')).toMatchObject({ bytes: 2 })
})

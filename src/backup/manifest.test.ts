/** The manifest: what is written is read again, and nothing that it names can lie outside its folder. */
import { join, relative } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { auditFileName, formatManifest, parseManifest, segmentOf, type Manifest } from './manifest.ts'

const sha256 = 'a'.repeat(64)
const manifest: Manifest = {
  format: 'sekisho-backup',
  version: 1,
  backup: 'abcdefghjkmn',
  sekisho: '0.1.0',
  schema: 2,
  instance: 'abcd2345',
  madeAt: '2026-11-22T05:00:00.000Z',
  files: [
    { name: 'sekisho.db', bytes: 1, sha256 },
    { name: 'set-up.key', bytes: 1, sha256 },
    { name: 'audit/20261122T053524135Z-abcdefgh.jsonl', bytes: 1, sha256 },
  ],
  segments: [{ segment: '20261122T053524135Z-abcdefgh', count: 3, head: 'h' }],
}

const withFile = (name: string) =>
  JSON.stringify({ ...manifest, files: [...manifest.files, { name, bytes: 0, sha256 }] })

test('what is written is read again', () => {
  expect(parseManifest(formatManifest(manifest))).toEqual({ kind: 'manifest', manifest })
})

test('the file of a segment and the segment of a file name each other', () => {
  const segment = '20261122T053524135Z-abcdefgh'
  expect(segmentOf(auditFileName(segment))).toBe(segment)
  expect(segmentOf('sekisho.db')).toBeUndefined()
})

describe('names', () => {
  const piece = fc.constantFrom(
    '..',
    '.',
    '/',
    '\\',
    'audit/',
    'a',
    '20261122T053524135Z-abcdefgh',
    '.jsonl',
    '\0',
  )

  test('that are taken lie in the folder, whatever they are made of', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece).map((pieces) => pieces.join('')),
          fc.string(),
        ),
        (name) => {
          const verdict = parseManifest(withFile(name))
          if (verdict.kind !== 'manifest') return
          for (const file of verdict.manifest.files) {
            const inside = relative('/folder', join('/folder', file.name))
            expect(inside).toBe(file.name)
            expect(file.name).toMatch(/^(?:sekisho\.db|set-up\.key|audit\/[0-9A-Za-z-]+\.jsonl)$/)
          }
        },
      ),
    )
  })

  test.each(['sekisho.db', 'manifest.json', 'audit/20261122T053524135Z-abcdefgh.jsonl', 'audit/reserve'])(
    'that stand twice or do not belong are refused: %s',
    (name) => {
      expect(parseManifest(withFile(name))).toEqual({ kind: 'malformed' })
    },
  )
})

test('database and key have to be there', () => {
  for (const missing of [0, 1]) {
    const files = manifest.files.filter((_, at) => at !== missing)
    expect(parseManifest(JSON.stringify({ ...manifest, files }))).toEqual({ kind: 'malformed' })
  }
})

test('a newer format is known as such, whatever else it holds', () => {
  const newer = JSON.stringify({ format: 'sekisho-backup', version: 7, chapters: [] })
  expect(parseManifest(newer)).toEqual({ kind: 'newer', version: 7 })
})

test('anything else is malformed, and throws nothing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(parseManifest(text)).toEqual({ kind: 'malformed' })
    }),
  )
})

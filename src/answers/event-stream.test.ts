import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dataOf, EventSplitter, withData, type Piece } from './event-stream.ts'

const most = 10_000

/** The stream as so many chunks. */
function cutUp(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge))
}

function split(chunks: readonly Uint8Array[], bound = most): Piece[] {
  const splitter = new EventSplitter(bound)
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()]
}

const texts = (pieces: readonly Piece[]) =>
  pieces.map(({ bytes }) => dataOf(bytes)).filter((data) => data !== undefined)
const joined = (pieces: readonly Piece[]) => Buffer.concat(pieces.map(({ bytes }) => bytes))

/** What a browser reads of it, by the standard's own grammar and in the slowest way. */
function asBrowser(stream: string): string[] {
  const events: string[] = []
  let data: string[] = []
  for (const line of stream.split(/\r\n|\n|\r/)) {
    if (line === '') {
      if (data.length > 0) events.push(data.join('\n'))
      data = []
      continue
    }
    const match = /^data(?::[ ]?(.*))?$/s.exec(line)
    if (match !== null) data.push(match[1] ?? '')
  }
  if (data.length > 0) events.push(data.join('\n'))
  return events
}

const cuts = fc.array(fc.nat(), { maxLength: 12 })
const end = fc.constantFrom('\n', '\r\n', '\r')
const line = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
  fc.constantFrom(
    'event: complete',
    'id: 1',
    ': comment',
    'data',
    'data:x',
    'data:  y',
    'retry: 3',
    'database: z',
  ),
)
const stream = fc
  .array(fc.tuple(fc.array(fc.tuple(line, end), { maxLength: 4 }), end), { maxLength: 6 })
  .map((events) => events.map(([lines, last]) => lines.flat().join('') + last).join(''))

describe('a stream that is cut into messages', () => {
  it('gives every byte in its order, however it was cut', () => {
    fc.assert(
      fc.property(
        fc.oneof(stream, fc.string({ unit: fc.constantFrom('d', ':', ' ', '\n', '\r', 'é', '関') })),
        cuts,
        (text, at) => {
          const bytes = Buffer.from(text)
          expect(joined(split(cutUp(bytes, at))).equals(bytes)).toBe(true)
        },
      ),
    )
  })

  it('holds the texts that a browser reads, however it was cut', () => {
    fc.assert(
      fc.property(stream, cuts, (text, at) => {
        expect(texts(split(cutUp(Buffer.from(text), at)))).toEqual(asBrowser(text))
      }),
      { numRuns: 1000 },
    )
  })

  it('comes byte by byte with the same messages', () => {
    const text = 'data: {"a":"é関"}\n\nevent: x\r\ndata: 1\r\ndata: 2\r\n\r\ndata: 3\r\rdata: 4\n\n'
    const bytes = Buffer.from(text)
    const all = Array.from(bytes, (_, i) => i)
    expect(texts(split(cutUp(bytes, all)))).toEqual(['{"a":"é関"}', '1\n2', '3', '4'])
  })

  it('gives a message as soon as its blank line is there', () => {
    const splitter = new EventSplitter(most)
    expect(splitter.push(Buffer.from('data: 1\n'))).toEqual([])
    expect(splitter.push(Buffer.from('\ndata: 2'))).toHaveLength(1)
    expect(splitter.push(Buffer.from('\r\n\r'))).toHaveLength(1)
    expect(splitter.push(Buffer.from('\n'))).toEqual([])
  })

  it('says of a message beyond the bound that it is only parts, and of the next that it is whole', () => {
    fc.assert(
      fc.property(cuts, (at) => {
        const bytes = Buffer.from(`data: ${'x'.repeat(300)}\n\ndata: 1\n\n`)
        const pieces = split(cutUp(bytes, at), 100)
        expect(joined(pieces).equals(bytes)).toBe(true)
        expect(pieces.filter(({ kind }) => kind === 'message').map(({ bytes: one }) => dataOf(one))).toEqual([
          '1',
        ])
      }),
    )
  })

  it('never holds more than the bound and one chunk', () => {
    const splitter = new EventSplitter(100)
    let held = 0
    for (let i = 0; i < 1000; i++) {
      held += 10 - splitter.push(Buffer.alloc(10, 'x')).reduce((sum, { bytes }) => sum + bytes.length, 0)
      expect(held).toBeLessThanOrEqual(110)
    }
  })

  it('skips a byte order mark at its start', () => {
    expect(dataOf(Buffer.from('\ufeffdata: 1\n\n'))).toBe('1')
  })
})

describe('a message with another text', () => {
  it('keeps its other lines, and says the new text to a browser', () => {
    const message = Buffer.from('event: complete\ndata: old\nid: 7\n\n')
    expect(withData(message, 'new').toString()).toBe('event: complete\ndata: new\nid: 7\n\n')
  })

  it('says any text without a CR', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const plain = text.replaceAll('\r', '')
        expect(dataOf(withData(Buffer.from('data: a\r\ndata: b\r\n\r\n'), plain))).toBe(plain)
      }),
    )
  })
})

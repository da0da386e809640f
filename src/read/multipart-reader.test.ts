import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BodyTrouble } from '../kit/body-trouble.ts'
import { writeForm } from '../kit/form.ts'
import { readParts } from './multipart-reader.ts'

interface Seen {
  readonly name: string
  readonly filename?: string
  readonly text: string
}

/** Bytes in chunks of the given size, as a network cuts them. */
function inChunks(bytes: Buffer, size: number): Readable {
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  )
  return Readable.from(chunks, { objectMode: false })
}

async function readAll(source: Readable, boundary = 'b'): Promise<Seen[]> {
  const seen: Seen[] = []
  for await (const { name, filename, content } of readParts(source, boundary)) {
    let text = ''
    for await (const piece of content) text += piece.toString('latin1')
    seen.push({ name, ...(filename !== undefined && { filename }), text })
  }
  return seen
}

/** What it reads, or why it stops. */
async function readText(text: string, size = 1000): Promise<Seen[] | string> {
  try {
    return await readAll(inChunks(Buffer.from(text), size))
  } catch (thrown) {
    return thrown instanceof BodyTrouble ? `${thrown.code} ${String(thrown.because['form'])}` : 'other'
  }
}

const head = (disposition: string, more = '') => `--b\r\ncontent-disposition: ${disposition}\r\n${more}\r\n`
const end = '\r\n--b--\r\n'
const file = 'form-data; name="files"; filename="a.txt"'

describe('reading a form part by part', () => {
  it('reads fields and files in their order', async () => {
    const text = `${head('form-data; name="x"')}1\r\n${head(file, 'Content-Type: text/plain\r\n')}two\r\nlines${end}`
    const expected = [
      { name: 'x', text: '1' },
      { name: 'files', filename: 'a.txt', text: 'two\r\nlines' },
    ]
    for (const size of [1, 2, 7, 1000]) expect(await readText(text, size)).toEqual(expected)
  })

  it('reads an empty form and empty files', async () => {
    expect(await readText('--b--\r\n')).toEqual([])
    expect(await readText(`${head(file)}${end}`)).toEqual([{ name: 'files', filename: 'a.txt', text: '' }])
  })

  it('takes nothing inside a file for a boundary but the boundary', async () => {
    const content = '--b\r\n--a\r\n-\n--b--\n--b\r\r\n-- b\r\n\r\n'
    expect(await readText(`${head(file)}${content}${end}`)).toEqual([
      { name: 'files', filename: 'a.txt', text: content },
    ])
  })

  it.each([
    ['nothing', ''],
    ['no boundary', 'hello'],
    ['text before the first boundary', `hello\r\n${head(file)}x${end}`],
    ['no last boundary', `${head(file)}x`],
    ['a last boundary with one dash', `${head(file)}x\r\n--b-\r\n`],
    ['an end within a head', '--b\r\ncontent-disposition: form-data; name="x"'],
    ['text after the last boundary', `${head(file)}x${end}hello`],
    ['a boundary with something behind it', `${head(file)}x\r\n--bc\r\n${head(file)}y${end}`],
    [
      'a boundary with blanks behind it',
      `${head(file)}x\r\n--b  \r\ncontent-disposition: ${file}\r\n\r\ny${end}`,
    ],
    ['a line that goes on in the next', `--b\r\ncontent-disposition: form-data;\r\n name="x"\r\n\r\nx${end}`],
    ['a part without head', '--b\r\n\r\nx\r\n--b--\r\n'],
    ['a head that isn’t finished', '--b\r\ncontent-disposition: form-data; name="x"\r\n--b--\r\n'],
    ['an unfinished head between good ones', `${head(file)}x\r\n--b\r\nfoo\r\n${head(file)}y${end}`],
    ['no disposition', `--b\r\ncontent-type: text/plain\r\n\r\nx${end}`],
    ['two dispositions', `${head(file, `content-disposition: ${file}\r\n`)}x${end}`],
    ['a bare line feed in a head', `--b\r\ncontent-disposition: form-data;\nname="x"\r\n\r\nx${end}`],
    ['line feeds alone', '--b\ncontent-disposition: form-data; name="x"\n\nx\n--b--\n'],
    [
      'a head without end',
      `--b\r\ncontent-disposition: form-data; name="${'x'.repeat(100_000)}"\r\n\r\nx${end}`,
    ],
    ['an encoding to undo', `${head(file, 'content-transfer-encoding: base64\r\n')}eA==${end}`],
    ['an attachment', `${head('attachment; name="x"')}x${end}`],
  ])('refuses %s', async (_what, text) => {
    for (const size of [1, 5, 100_000]) expect(await readText(text, size)).toMatch(/^body-invalid/)
  })

  it('hands a file’s bytes on as they came, and copies those alone that stand beside the start of a boundary', async () => {
    const plain = Array.from({ length: 8 }, (_, at) => Buffer.alloc(10_000, at))
    const opening = Buffer.concat([Buffer.alloc(10_000, 9), Buffer.from('\r\n--')])
    const chunks = [Buffer.from(head(file)), ...plain, opening, Buffer.from(`x${end}`)]
    const pieces: Buffer[] = []
    for await (const { content } of readParts(Readable.from(chunks, { objectMode: false }), 'b'))
      for await (const piece of content) pieces.push(piece)
    expect(plain.map((chunk) => pieces.some(({ buffer }) => buffer === chunk.buffer))).not.toContain(false)
    const whole = Buffer.concat([...plain, opening, Buffer.from('x')])
    expect(Buffer.concat(pieces).equals(whole)).toBe(true)
  })

  it('is stopped by what stops its source, wherever that is', async () => {
    const text = Buffer.from(`${head(file)}${'x'.repeat(50)}\r\n${head(file)}y${end}`)
    for (let at = 0; at < text.length - end.length; at++) {
      const source = new Readable({ read: () => undefined })
      source.push(text.subarray(0, at))
      const reading = readAll(source)
      setImmediate(() => source.destroy(new BodyTrouble('body-slow')))
      await expect(reading).rejects.toMatchObject({ code: 'body-slow' })
    }
  })

  it('lets its source go when the reader stops', async () => {
    const source = inChunks(Buffer.from(`${head(file)}x\r\n${head(file)}y${end}`), 10)
    for await (const { name } of readParts(source, 'b')) {
      expect(name).toBe('files')
      break
    }
    expect(source.destroyed).toBe(true)
  })

  it('reads whatever the gate writes, however it is cut', { timeout: 60_000 }, async () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
      .filter((text) => !/["\\\r\n]/.test(text))
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .constantFrom('\r\n', '\r\n--', '\r\n--b', '--b--', '\r')
        .map((text) => Uint8Array.from(Buffer.from(text))),
    )
    const part = fc.record({ name, filename: name, bytes })
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 5 }),
        fc.integer({ min: 1, max: 400 }),
        async (files, size) => {
          const boundary = 'sekisho-0123456789'
          const written = writeForm(
            { fields: {}, files: files.map((one) => ({ ...one, type: 'image/png' })) },
            boundary,
          )
          const seen = await readAll(inChunks(written, size), boundary)
          expect(seen).toEqual(
            files.map((one) => ({
              name: one.name,
              filename: one.filename,
              text: Buffer.from(one.bytes).toString('latin1'),
            })),
          )
        },
      ),
      { numRuns: 500 },
    )
  })
})

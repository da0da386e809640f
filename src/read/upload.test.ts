/** What becomes of an upload on its way: rewrite-upload.ts, upload-fields.ts and read-form.ts, on what a client sends. */
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BodyTrouble } from '../kit/body-trouble.ts'
import { formEnd, partHead } from '../kit/form.ts'
import { readParts } from './multipart-reader.ts'
import { readForm } from './read-form.ts'
import { rewriteUpload, type UploadRules } from './rewrite-upload.ts'
import { uploadFields } from './upload-fields.ts'

const theirs = 'theirs'
const own = 'own'
const png = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de', 'hex'),
  Buffer.alloc(70_000),
])

type Sent = readonly [name: string, filename: string | undefined, content: string | Uint8Array, type?: string]

function bytesOf(parts: readonly Sent[]): Buffer {
  const pieces = parts.flatMap(([name, filename, content, type], at) => {
    const head = { name, ...(filename !== undefined && { filename }), ...(type !== undefined && { type }) }
    return [Buffer.from(partHead(theirs, head, at === 0)), Buffer.from(content)]
  })
  return Buffer.concat([...pieces, Buffer.from(formEnd(theirs, parts.length === 0))])
}

function partsOf(parts: readonly Sent[], size = 1000) {
  const bytes = bytesOf(parts)
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  )
  return readParts(Readable.from(chunks, { objectMode: false }), theirs)
}

/** What goes on to the app, or why nothing does. */
async function pass(
  parts: readonly Sent[],
  rules: UploadRules = { maxFiles: 3 },
  route: 'file.upload' | 'recording.process' = 'file.upload',
): Promise<string> {
  const fields = uploadFields[route]
  if (fields === undefined) return 'no such route'
  const pieces: Uint8Array[] = []
  try {
    for await (const piece of rewriteUpload(partsOf(parts), fields, rules, own)) pieces.push(piece)
  } catch (thrown) {
    return thrown instanceof BodyTrouble ? `${thrown.code} ${JSON.stringify(thrown.because)}` : 'other'
  }
  return Buffer.concat(pieces).toString()
}

const file = (name: string, content: string, type = 'application/octet-stream') =>
  `--own\r\ncontent-disposition: form-data; name="files"; filename="${name}"\r\ncontent-type: ${type}\r\n\r\n${content}\r\n`

describe('an upload', () => {
  it('is written again with safe names, a boundary of the gate and nothing of the client’s heads', async () => {
    const sent: Sent[] = [
      ['files', '../../a.txt', 'one', 'Text/Plain; charset=utf-8'],
      ['files', 'b"c.bin', ''],
    ]
    expect(await pass(sent)).toBe(`${file('a.txt', 'one', 'text/plain')}${file('b%22c.bin', '')}--own--\r\n`)
  })

  it('may be empty', async () => {
    expect(await pass([])).toBe('--own--\r\n')
  })

  it.each<[string, Sent, string]>([
    ['a file of another name', ['file', 'a', 'x'], 'body-invalid {"form":"file-elsewhere"}'],
    ['a field', ['x', undefined, '1'], 'body-invalid {"form":"field-unknown"}'],
    ['a field in a file’s place', ['files', undefined, '1'], 'body-invalid {"form":"field-unknown"}'],
    ['a field out of a prototype', ['toString', undefined, '1'], 'body-invalid {"form":"field-unknown"}'],
  ])('is refused with %s', async (_what, part, trouble) => {
    expect(await pass([['files', 'a', 'x'], part])).toBe(trouble)
  })

  it('keeps to the number of files and the size of each', async () => {
    const many = (count: number) => Array.from({ length: count }, (): Sent => ['files', 'a', 'x'])
    expect(await pass(many(3))).toMatch(/--own--\r\n$/)
    expect(await pass(many(4))).toBe('body-large {"files":4,"max":3}')
    const rules = { maxFiles: 3, maxFileBytes: 5000 }
    expect(await pass([['files', 'a', 'x'.repeat(5000)]], rules)).toMatch(/--own--\r\n$/)
    expect(await pass([['files', 'a', 'x'.repeat(5001)]], rules)).toBe('body-large {"file":1,"max":5000}')
  })

  it('is judged by each file’s content before a byte of that file goes on', async () => {
    const rules = { maxFiles: 3, types: ['image/*'] }
    expect(await pass([['files', 'a.png', png]], rules)).toContain('filename="a.png"')
    expect(await pass([['files', 'small.png', png.subarray(0, 200)]], rules)).toContain(
      'filename="small.png"',
    )
    const refused = 'file-refused {"file":2,"why":"content-unknown"}'
    expect(
      await pass(
        [
          ['files', 'a.png', png],
          ['files', 'b.png', '<script>'],
        ],
        rules,
      ),
    ).toBe(refused)
    const fields = uploadFields['file.upload'] ?? { file: '', fields: {} }
    const seen: Uint8Array[] = []
    const passing = rewriteUpload(partsOf([['files', 'b.png', 'x'.repeat(100_000)]]), fields, rules, own)
    await expect(
      (async () => {
        for await (const piece of passing) seen.push(piece)
      })(),
    ).rejects.toMatchObject({ code: 'file-refused' })
    expect(seen).toEqual([])
  })

  it('brings every byte of every file, however it is cut', { timeout: 60_000 }, async () => {
    const sent = fc.array(
      fc.tuple(fc.constantFrom('a.bin', '写真.png'), fc.uint8Array({ maxLength: 3000 })),
      {
        maxLength: 3,
      },
    )
    await fc.assert(
      fc.asyncProperty(sent, fc.integer({ min: 1, max: 5000 }), async (files, size) => {
        const parts = partsOf(
          files.map(([name, bytes]): Sent => ['files', name, bytes]),
          size,
        )
        const rewritten = rewriteUpload(parts, { file: 'files', fields: {} }, { maxFiles: 3 }, own)
        const read: [string | undefined, Uint8Array][] = []
        for await (const { filename, content } of readParts(
          Readable.from(rewritten, { objectMode: false }),
          own,
        )) {
          const pieces: Buffer[] = []
          for await (const piece of content) pieces.push(piece)
          read.push([filename, Uint8Array.from(Buffer.concat(pieces))])
        }
        expect(read).toEqual(files)
      }),
      { numRuns: 200 },
    )
  })
})

describe('a recording of the screen', () => {
  const video: Sent = ['video', 'recording.mp4', 'x']
  const pass1 = (...more: Sent[]) => pass([video, ...more], { maxFiles: 3 }, 'recording.process')

  it('comes with the numbers that cut it, written again', async () => {
    const effects =
      '[ {"boundingBox":{"topLeft":[0.1,2e-1],"bottomRight":[1,1]},"start_frame":30,"duration":2.0} ]'
    const passed = await pass1(
      ['remove_segment_start', undefined, '1.50'],
      ['remove_segment_end', undefined, ' 2 '],
      ['zoom_effects', undefined, effects],
    )
    expect(passed).toContain('name="remove_segment_start"\r\n\r\n1.50\r\n')
    expect(passed).toContain('name="remove_segment_end"\r\n\r\n2\r\n')
    expect(passed).toContain(`name="zoom_effects"\r\n\r\n${effects.replaceAll(' ', '')}\r\n`)
  })

  it.each<[string, Sent]>([
    ['a start that is no number', ['remove_segment_start', undefined, '1; rm -rf /']],
    ['a start in quotes', ['remove_segment_start', undefined, '"1"']],
    ['a start that is none', ['remove_segment_start', undefined, 'nan']],
    ['effects that are no JSON', ['zoom_effects', undefined, 'x']],
    ['effects that are no list', ['zoom_effects', undefined, '{}']],
    ['an effect that is none', ['zoom_effects', undefined, '[1]']],
    ['text in an effect', ['zoom_effects', undefined, '[{"duration":"2,movie=/etc/passwd"}]']],
    ['too many effects', ['zoom_effects', undefined, `[${Array(101).fill('{}').join(',')}]`]],
  ])('is refused with %s', async (_what, part) => {
    expect(await pass1(part)).toBe('body-invalid {"form":"field-invalid"}')
  })

  it('is refused twice, and with a field twice', async () => {
    expect(await pass1(video)).toBe('body-large {"files":2,"max":1}')
    const start: Sent = ['remove_segment_start', undefined, '1']
    expect(await pass1(start, start)).toBe('body-invalid {"form":"field-repeated"}')
    expect(await pass1(['zoom_effects', undefined, `[${' '.repeat(70_000)}]`])).toBe(
      'body-large {"field":true,"max":65536}',
    )
  })
})

describe('a form that is held whole', () => {
  const readAll = (...parts: Sent[]) => readForm(partsOf(parts), 1000, { maxFiles: 3 })

  it('gives fields and files', async () => {
    const form = await readAll(
      ['component_id', undefined, '3'],
      ['__proto__', undefined, 'é'],
      ['blob', '../blob', 'xyz', 'audio/wav'],
    )
    expect(form.files).toEqual([
      { name: 'blob', filename: 'blob', type: 'audio/wav', bytes: Buffer.from('xyz') },
    ])
    expect(Object.entries(form.fields)).toEqual([
      ['component_id', '3'],
      ['__proto__', 'é'],
    ])
  })

  it('takes of files what an upload may be', async () => {
    const rules = { maxFiles: 1, maxFileBytes: 100, types: ['image/png'] }
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
    const readAs = (...parts: Sent[]) => readForm(partsOf(parts), 1000, rules)
    expect((await readAs(['file', 'blob', png])).files).toHaveLength(1)
    const refused: [Sent[], string][] = [
      [[['file', 'blob', '%!PS-Adobe-3.0 EPSF-3.0\n']], 'file-refused'],
      [[['file', 'drawing.html', png]], 'file-refused'],
      [[['file', 'blob', Buffer.concat([png, Buffer.alloc(100)])]], 'body-large'],
      [
        [
          ['file', 'blob', png],
          ['more', 'blob', png],
        ],
        'body-large',
      ],
    ]
    for (const [parts, code] of refused) await expect(readAs(...parts)).rejects.toMatchObject({ code })
  })

  it.each<[string, Sent[], object]>([
    [
      'a field twice',
      [
        ['a', undefined, '1'],
        ['a', undefined, '2'],
      ],
      { form: 'field-repeated' },
    ],
    [
      'a field that is a file too',
      [
        ['a', undefined, '1'],
        ['a', 'a', '2'],
      ],
      { form: 'field-repeated' },
    ],
    ['a name with a control character', [['a\t', undefined, '1']], { form: 'name-invalid' }],
    ['an empty name', [['', undefined, '1']], { form: 'name-invalid' }],
    ['a field that is no UTF-8', [['a', undefined, Buffer.from([0xff])]], { form: 'not-utf8' }],
    ['a part that is too large', [['a', 'a', 'x'.repeat(1001)]], { field: true, max: 1000 }],
    [
      'too many parts',
      Array.from({ length: 101 }, (_, at): Sent => [`f${at}`, undefined, '']),
      { parts: 101 },
    ],
  ])('is refused with %s', async (_what, parts, because) => {
    await expect(readAll(...parts)).rejects.toMatchObject({ name: 'BodyTrouble', because })
  })
})

/**
 * What the gate takes for a form and writes again, Gradio's own reader takes for the same names, files and bytes, however odd
 * the form was that came. Counts: SEKISHO_FUZZ_FORMS (3,000), with SEKISHO_FUZZ_SEED to repeat a run.
 */
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BodyTrouble } from '../../src/kit/body-trouble.ts'
import { formType, makeBoundary, writeForm } from '../../src/kit/form.ts'
import { parseBodyType } from '../../src/read/body-type.ts'
import { safeFileName } from '../../src/read/file-name.ts'
import { readParts } from '../../src/read/multipart-reader.ts'
import { readForm } from '../../src/read/read-form.ts'
import { rewriteUpload } from '../../src/read/rewrite-upload.ts'
import { uploadFields } from '../../src/read/upload-fields.ts'
import { usePython } from '../rig/python-answers.ts'

const count = Number(process.env['SEKISHO_FUZZ_FORMS'] ?? 3_000)
const seed = Number(process.env['SEKISHO_FUZZ_SEED'] ?? Date.now() % 1e9)

const python = usePython('python-form.py')

/** A field with its text, or a file with its bytes in base64, its name and its type. */
type Part = readonly string[]

async function readInPython(boundary: string, body: Buffer): Promise<unknown> {
  const line = [Buffer.from(formType(boundary)), body].map((bytes) => bytes.toString('base64')).join(' ')
  python.write(`${line}\n`)
  return JSON.parse((await python.read()) ?? 'null')
}

interface Raw {
  readonly type: string
  readonly body: Buffer
}

/** Mostly as clients write it; each piece now and then in a way that readers differ about. */
const odd = <Value>(usual: readonly Value[], ...others: readonly Value[]) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  )

const names = [
  'files',
  'video',
  'a',
  'id',
  'session_hash',
  'remove_segment_start',
  'zoom_effects',
  '0',
  '__proto__',
  'ä',
]
const name = odd(
  names.map((one) => `; name="${one}"`),
  ...[
    '',
    '; name=a',
    ';name="a;b"',
    '; NAME="b"',
    ' ; name = "c"',
    '; name="a\\"b"',
    '; name="a\\\\"',
    '; name="%22"',
  ],
  ...['; name="a"; name="b"', "; name*=utf-8''a", '; name="a\u0000"', '; name="a=b, c"', '; name="\u2028"'],
)
const filename = odd(
  ['', '; filename="x.txt"', '; filename="ä 1.png"', '; filename=x.txt'],
  ...[
    '; filename=""',
    '; filename="C:\\a\\b.txt"',
    '; filename="a\\"b"',
    '; filename="../x"',
    '; filename="x;y"',
  ],
  ...['; filename="a"; filename="b"', '; filename="a"; filename*=utf-8\'\'b%22c', "; filename*=latin1''b"],
  ...[
    '; filename*0="a"; filename*1="b"',
    '; filename="=?utf-8?q?x?="',
    '; filename="a; name=\\"files\\""',
    '; filename="a\\"',
  ],
)
const more = odd(
  ['', 'Content-Type: text/plain', 'Content-Type: image/png', 'content-type: text/plain; charset=utf-16'],
  ...[
    'Content-Transfer-Encoding: base64',
    'Content-Transfer-Encoding: 8bit',
    ' folded: x',
    'X: y',
    'no field',
  ],
  ...[
    'Content-Disposition: form-data; name="zz"',
    'Content-Type: multipart/mixed; boundary=yy',
    'Content-Length: 1',
  ],
)
const boundary = fc.constantFrom('xx', '--', "a'()+_,-./:=?", 'with a space', 'x'.repeat(70))
const content = (of: string) =>
  fc.oneof(
    fc.constantFrom(
      '',
      '1.5',
      '[]',
      'text',
      '\r\n',
      '\r\n-',
      '--',
      '\0',
      '\r\n--xx-',
      `\r\n--${of.slice(0, -1)}`,
      `--${of}`,
    ),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
  )
const lineEnd = odd(['\r\n'], '\n', '\r')

const form: fc.Arbitrary<Raw> = boundary.chain((of) => {
  const part = fc
    .tuple(
      lineEnd,
      odd([''], ' '),
      odd(['form-data'], 'attachment', 'Form-Data'),
      name,
      filename,
      more,
      content(of),
    )
    .map(([end, pad, kind, called, file, field, text]) => {
      const head = [`Content-Disposition: ${kind}${called}${file}`, ...(field === '' ? [] : [field])]
      return `--${of}${pad}${end}${head.join(end)}${end}${end}${text}${end}`
    })
  return fc
    .tuple(
      odd([''], 'preamble\r\n', '\r\n'),
      fc.array(part, { maxLength: 4 }),
      odd(['--\r\n', '--'], '', '--\r\nx', '--\r\n\r\n', '\r\n'),
    )
    .map(([before, parts, after]) => ({
      type: `multipart/form-data; boundary="${of}"`,
      body: Buffer.from(`${before}${parts.join('')}--${of}${after}`),
    }))
})

const sampled = () => fc.sample(form, { numRuns: count, seed })
const boundaryOf = ({ type }: Raw): string => {
  const parsed = parseBodyType(type)
  if (parsed?.kind !== 'form') throw new BodyTrouble('body-invalid', { form: 'type' })
  return parsed.boundary
}
const partsOf = (raw: Raw) => readParts(Readable.from([raw.body]), boundaryOf(raw))

/** What the gate believes, and what it sends; undefined where it refuses. */
type Reading = (
  raw: Raw,
  own: string,
) => Promise<{ readonly believed: readonly Part[]; readonly sent: Buffer }>

async function compare(reading: Reading): Promise<number> {
  let taken = 0
  for (const raw of sampled()) {
    const own = makeBoundary()
    const read = await reading(raw, own).catch((thrown: unknown) => {
      if (thrown instanceof BodyTrouble) return undefined
      throw thrown
    })
    if (read === undefined) continue
    taken++
    expect(
      await readInPython(own, read.sent),
      `seed ${String(seed)}: ${JSON.stringify(raw.body.toString())}`,
    ).toEqual(read.believed)
  }
  return taken
}

/** A quote is written as browsers write it, and nobody reads it back (HTML standard, section 4.10.21.8). */
const written = (filename: string) => filename.replaceAll('"', '%22')
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

it('a small form', { timeout: 300_000 }, async () => {
  const taken = await compare(async (raw, own) => {
    const read = await readForm(partsOf(raw), 1e6, { maxFiles: 9 })
    const files = read.files.map(({ name, filename, type, bytes }) => [
      name,
      base64(bytes),
      written(filename),
      type,
    ])
    return { believed: [...Object.entries(read.fields), ...files], sent: writeForm(read, own) }
  })
  // Guards the test itself: a generator that nothing gets through would prove nothing.
  expect(taken).toBeGreaterThan(count / 10)
})

it.each(['file.upload', 'recording.process'])('an upload: %s', { timeout: 300_000 }, async (route) => {
  const rules = uploadFields[route]
  if (rules === undefined) throw new TypeError(route)
  const taken = await compare(async (raw, own) => {
    const sent = await buffer(
      Readable.from(rewriteUpload(partsOf(raw), rules, { maxFiles: 9 }, own), { objectMode: false }),
    )
    const believed: Part[] = []
    for await (const { name, filename, type, content } of partsOf(raw)) {
      const bytes = await buffer(content)
      if (filename === undefined) believed.push([name, rules.fields[name]?.(bytes) ?? 'refused'])
      else believed.push([name, base64(bytes), written(safeFileName(filename)), type])
    }
    return { believed, sent }
  })
  expect(taken).toBeGreaterThan(count / 100)
})

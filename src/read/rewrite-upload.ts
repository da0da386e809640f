/** An upload on its way: each part is judged and written again, so that the app reads what the gate read. */
import { BodyTrouble } from '../kit/body-trouble.ts'
import { formEnd, partHead } from '../kit/form.ts'
import { judgeFile, sampleBytes, type FileType } from './file-kind.ts'
import { safeFileName } from './file-name.ts'
import type { Part } from './multipart-reader.ts'
import type { UploadFields } from './upload-fields.ts'

export interface UploadRules {
  readonly maxFiles: number
  /** Of one file; absent: what the whole may have. */
  readonly maxFileBytes?: number
  /** Absent: any. */
  readonly types?: readonly FileType[]
}

/** Bytes of a field beside the files. */
const fieldBytes = 64 * 1024

/** Throws BodyTrouble as soon as something is wrong; what was written until then is no complete form. */
export async function* rewriteUpload(
  parts: AsyncIterable<Part>,
  { file, most, fields }: UploadFields,
  rules: UploadRules,
  boundary: string,
): AsyncGenerator<Uint8Array, void, void> {
  const max = Math.min(most ?? rules.maxFiles, rules.maxFiles)
  const seen = new Set<string>()
  let files = 0
  for await (const part of parts) {
    const first = files === 0 && seen.size === 0
    if (part.filename === undefined) {
      yield* rewriteField(part, { fields, seen, boundary, first })
      continue
    }
    if (part.name !== file) throw new BodyTrouble('body-invalid', { form: 'file-elsewhere' })
    if (++files > max) throw new BodyTrouble('body-large', { files, max })
    const named = { name: file, filename: safeFileName(part.filename), type: part.type }
    yield* rewriteFile(part.content, rules, named.filename, files, () => partHead(boundary, named, first))
  }
  yield Buffer.from(formEnd(boundary, files === 0 && seen.size === 0))
}

/** The head is written when the file has been found to be of an allowed type. */
async function* rewriteFile(
  content: AsyncIterable<Uint8Array>,
  rules: UploadRules,
  name: string,
  number: number,
  head: () => string,
): AsyncGenerator<Uint8Array, void, void> {
  const max = rules.maxFileBytes ?? Infinity
  const held: Uint8Array[] = []
  let isHeld = rules.types !== undefined
  let bytes = 0
  if (!isHeld) yield Buffer.from(head())
  for await (const chunk of content) {
    bytes += chunk.byteLength
    if (bytes > max) throw new BodyTrouble('body-large', { file: number, max })
    if (!isHeld) {
      yield chunk
      continue
    }
    held.push(chunk)
    if (bytes < sampleBytes) continue
    isHeld = false
    yield* release(held, rules, name, number, head)
  }
  if (isHeld) yield* release(held, rules, name, number, head)
}

async function* release(
  held: readonly Uint8Array[],
  { types = [] }: UploadRules,
  name: string,
  number: number,
  head: () => string,
): AsyncGenerator<Uint8Array, void, void> {
  const start = Buffer.concat(held)
  const verdict = await judgeFile(types, name, start.subarray(0, sampleBytes))
  if (verdict !== 'allowed') throw new BodyTrouble('file-refused', { file: number, why: verdict })
  yield Buffer.from(head())
  if (start.byteLength > 0) yield start
}

async function* rewriteField(
  { name, content }: Part,
  form: {
    readonly fields: UploadFields['fields']
    readonly seen: Set<string>
    readonly boundary: string
    readonly first: boolean
  },
): AsyncGenerator<Uint8Array, void, void> {
  const rule = Object.hasOwn(form.fields, name) ? form.fields[name] : undefined
  if (rule === undefined) throw new BodyTrouble('body-invalid', { form: 'field-unknown' })
  if (form.seen.has(name)) throw new BodyTrouble('body-invalid', { form: 'field-repeated' })
  form.seen.add(name)
  const value = rule(await readField(content, fieldBytes))
  if (value === undefined) throw new BodyTrouble('body-invalid', { form: 'field-invalid' })
  yield Buffer.from(partHead(form.boundary, { name }, form.first) + value)
}

/** A field's bytes, at most `max` of them. */
export async function readField(content: AsyncIterable<Uint8Array>, max: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of content) {
    bytes += chunk.byteLength
    if (bytes > max) throw new BodyTrouble('body-large', { field: true, max })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

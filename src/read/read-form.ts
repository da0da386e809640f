/** A small form, held whole: the calls of components that send files along (gradio/routes.py 6.31.0, get_item_or_file). */
import { BodyTrouble } from '../kit/body-trouble.ts'
import type { FormContent, FormFile } from '../request.ts'
import { judgeFile, sampleBytes } from './file-kind.ts'
import { safeFileName } from './file-name.ts'
import type { Part } from './multipart-reader.ts'
import { readField, type UploadRules } from './rewrite-upload.ts'

const mostParts = 100
/** Written into a head again: nothing that ends a quoted name. */
const fieldName = /^[^"\\\u0000-\u001f\u007f]{1,200}$/

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Every name once, among fields and files together: the app would take the last of two. Its files are uploads like others
 * (an image editor's drawings reach the app here). Throws BodyTrouble.
 */
export async function readForm(
  parts: AsyncIterable<Part>,
  max: number,
  rules: UploadRules,
): Promise<FormContent> {
  const fields = Object.create(null) as Record<string, string>
  const files: FormFile[] = []
  const names = new Set<string>()
  for await (const { name, filename, type, content } of parts) {
    if (names.has(name)) throw new BodyTrouble('body-invalid', { form: 'field-repeated' })
    if (!fieldName.test(name)) throw new BodyTrouble('body-invalid', { form: 'name-invalid' })
    if (names.add(name).size > mostParts) throw new BodyTrouble('body-large', { parts: names.size })
    const bytes = await readField(content, max)
    if (filename === undefined) fields[name] = decode(bytes)
    else
      files.push(
        await judged({ name, filename: safeFileName(filename), type, bytes }, files.length + 1, rules),
      )
  }
  return { kind: 'form', fields, files }
}

async function judged(
  file: FormFile,
  number: number,
  { maxFiles, maxFileBytes = Infinity, types }: UploadRules,
): Promise<FormFile> {
  if (number > maxFiles) throw new BodyTrouble('body-large', { files: number, max: maxFiles })
  if (file.bytes.byteLength > maxFileBytes)
    throw new BodyTrouble('body-large', { file: number, max: maxFileBytes })
  const sample = file.bytes.subarray(0, sampleBytes)
  const verdict = types === undefined ? 'allowed' : await judgeFile(types, file.filename, sample)
  if (verdict !== 'allowed') throw new BodyTrouble('file-refused', { file: number, why: verdict })
  return file
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new BodyTrouble('body-invalid', { form: 'not-utf8' })
  }
}

/** Writes multipart/form-data (RFC 7578), names escaped as browsers do (HTML standard, section 4.10.21.8). */
import { randomBytes } from 'node:crypto'

export interface WrittenPart {
  readonly name: string
  readonly filename?: string
  readonly type?: string
}

/** 192 bits: no content can hold it but by chance. */
export function makeBoundary(): string {
  return `sekisho-${randomBytes(24).toString('base64url')}`
}

export function formType(boundary: string): string {
  return `multipart/form-data; boundary=${boundary}`
}

/** What stands before the content of a part; `first`: no line break before it. */
export function partHead(boundary: string, { name, filename, type }: WrittenPart, first: boolean): string {
  const file = filename === undefined ? '' : `; filename="${escapeName(filename)}"`
  const typed = type === undefined ? '' : `content-type: ${type}\r\n`
  const before = first ? '' : '\r\n'
  return `${before}--${boundary}\r\ncontent-disposition: form-data; name="${escapeName(name)}"${file}\r\n${typed}\r\n`
}

export function formEnd(boundary: string, empty: boolean): string {
  return `${empty ? '' : '\r\n'}--${boundary}--\r\n`
}

function escapeName(name: string): string {
  return name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22')
}

interface Form {
  readonly fields: Readonly<Record<string, string>>
  readonly files: readonly {
    readonly name: string
    readonly filename: string
    readonly type: string
    readonly bytes: Uint8Array
  }[]
}

export function writeForm(form: Form, boundary: string): Buffer {
  const parts: Uint8Array[] = []
  const add = (part: WrittenPart, bytes: Uint8Array) => {
    parts.push(Buffer.from(partHead(boundary, part, parts.length === 0)), bytes)
  }
  for (const [name, value] of Object.entries(form.fields)) add({ name }, Buffer.from(value))
  for (const { bytes, ...file } of form.files) add(file, bytes)
  return Buffer.concat([...parts, Buffer.from(formEnd(boundary, parts.length === 0))])
}

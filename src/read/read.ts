/** Authorized → Read: the body, read strictly and in one piece, or ready to stream and to be judged on its way. */
import { Readable } from 'node:stream'
import { limitOf, type BodyLimits } from '../catalog/body-limit.ts'
import type { BodyRule } from '../catalog/entry.ts'
import { BodyTrouble } from '../kit/body-trouble.ts'
import { formType, makeBoundary } from '../kit/form.ts'
import { ownerOf, type Owner } from '../ownership/owner.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import type {
  Authorized,
  Content,
  FormContent,
  IncomingBody,
  JsonContent,
  Read,
  UploadContent,
} from '../request.ts'
import { parseBodyType, type BodyType } from './body-type.ts'
import { charge } from './charge.ts'
import { measure, parseJson, readPaced, readWhole, takeComplete } from './read-body.ts'
import { readForm } from './read-form.ts'
import { rewriteUpload, type UploadRules } from './rewrite-upload.ts'
import { compareBytes, readSignedParts, signedBodyOf } from './signed-body.ts'
import { uploadFields } from './upload-fields.ts'

export interface ReadParts {
  readonly limits: BodyLimits
  readonly uploads: UploadRules
  /** Absent: everybody may upload any number of files. */
  readonly uploadQuota?: { readonly take: (owner: Owner, bytes: number) => Promise<boolean> }
}

/** The gate's own small bodies arrive whole within this time, or the client is cut. */
const bodyDeadline = 15_000

const nothing = new Uint8Array()
const noContent = { kind: 'none' } as unknown as Content

export async function read(request: Authorized, parts: ReadParts): Promise<Read | Refusal> {
  const twice = findRepeatedName(request)
  if (twice !== undefined) return refuse('body-invalid', { repeated: twice })
  const atOnce = request.body?.isComplete?.() === true
  const content = await readContent(request, parts).catch(refuseTrouble)
  if (isRefusal(content)) return content
  return atOnce ? { ...request, content, bodyAtOnce: true } : { ...request, content }
}

/** A name given twice in the query is read differently by different parsers (OWASP ASVS 5.0 15.3.7). */
function findRepeatedName(request: Authorized): string | undefined {
  if (request.query === '') return undefined
  const named = request.entry.names.filter((name) => name.in === 'query')
  if (named.length === 0) return undefined
  const query = new URLSearchParams(request.query)
  return named.find((name) => query.getAll(name.name).length > 1)?.name
}

async function readContent(request: Authorized, parts: ReadParts): Promise<Content | Refusal> {
  const { entry, body, headers, proof } = request
  if (body === undefined) compareBytes(nothing, signedBodyOf(proof))
  if (entry.body.kind === 'none')
    return body === undefined ? noContent : refuse('body-invalid', { expected: 'none' })
  if (body === undefined) return refuse('body-invalid', { expected: entry.body.kind })
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') return refuse('body-type-wrong', { encoding: 'other' })
  const type = parseBodyType(headers['content-type'] ?? '')
  if (type === undefined || !takes(entry.body, type))
    return refuse('body-type-wrong', { expected: entry.body.kind })
  const max = limitOf(entry.body, parts.limits)
  if (body.length !== undefined && body.length > max)
    return refuse('body-large', { declared: body.length, max })
  return (await readBody(request, body, type, max, parts)) as unknown as Content
}

/** What is wrong with a body is a refusal; anything else that is thrown stays a fault. */
function refuseTrouble(thrown: unknown): Refusal {
  if (thrown instanceof BodyTrouble) return refuse(thrown.code, thrown.because)
  throw thrown
}

function takes(rule: BodyRule, type: BodyType): boolean {
  switch (rule.kind) {
    case 'none':
      return false
    case 'json':
      return type.kind === 'json'
    case 'form':
      return true
    case 'upload':
      return type.kind === 'form'
  }
}

async function readBody(
  request: Authorized,
  body: IncomingBody,
  type: BodyType,
  max: number,
  parts: ReadParts,
) {
  const { entry } = request
  if (type.kind === 'json') return readJson(request, body, max)
  if (entry.body.kind === 'upload') return passUpload(request, body, type.boundary, max, parts)
  const signed = readSignedParts(measure(body, max), type.boundary, signedBodyOf(request.proof))
  const read = await readForm(signed, max, parts.uploads)
  await chargeForm(read, ownerOf(request.principal), parts)
  return read
}

async function chargeForm(
  { files }: FormContent,
  owner: Owner | undefined,
  { uploadQuota }: ReadParts,
): Promise<void> {
  if (uploadQuota === undefined || files.length === 0) return
  const bytes = files.reduce((sum, file) => sum + file.bytes.byteLength, 0)
  if (owner === undefined || !(await uploadQuota.take(owner, bytes)))
    throw new BodyTrouble('quota-spent', { bytes })
}

/** The gate's own bodies come from strangers too, so they have a deadline; a call may be long, and has a pace. */
async function readJson({ entry, proof }: Authorized, body: IncomingBody, max: number): Promise<JsonContent> {
  const isOwn = entry.goesTo === 'serve'
  const bytes =
    takeComplete(body, max) ?? (isOwn ? await readWhole(body, max, bodyDeadline) : await readPaced(body, max))
  compareBytes(bytes, signedBodyOf(proof))
  return { kind: 'json', value: parseJson(bytes) }
}

function passUpload(
  { entry, principal, proof }: Authorized,
  body: IncomingBody,
  boundary: string,
  max: number,
  { uploads, uploadQuota }: ReadParts,
): UploadContent {
  const fields = Object.hasOwn(uploadFields, entry.id) ? uploadFields[entry.id] : undefined
  if (fields === undefined) throw new BodyTrouble('body-invalid', { form: 'route-unknown' })
  const owner = ownerOf(principal)
  // A quota is somebody's.
  if (uploadQuota !== undefined && owner === undefined) throw new BodyTrouble('quota-spent', { owner: false })
  const own = makeBoundary()
  const open = () => {
    const meter = measure(body, max)
    const signed = readSignedParts(meter, boundary, signedBodyOf(proof))
    const passing = rewriteUpload(signed, fields, uploads, own)
    const counted =
      uploadQuota === undefined || owner === undefined
        ? passing
        : charge(passing, (bytes) => uploadQuota.take(owner, bytes))
    const stream = Readable.from(counted, { objectMode: false })
    // Whoever stops taking it lets the client go too.
    stream.once('close', () => meter.destroy(new BodyTrouble('body-invalid', { body: 'not-taken' })))
    return stream
  }
  return { kind: 'upload', open, type: formType(own) }
}

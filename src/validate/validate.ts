/** Authorized → Validated: is the content what this action expects? */
import type { BodyRule } from '../catalog/entry.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import type { Authorized, CheckedBody, IncomingBody, Validated } from '../request.ts'
import { BodyTrouble } from '../kit/body-trouble.ts'
import { Meter, type MeterLimits } from './meter.ts'
import { readJson, readWhole } from './read-body.ts'

export interface ValidateParts {
  /** Bytes. */
  readonly limits: { readonly callBytes: number; readonly uploadBytes: number }
}

/** The gate's own small bodies arrive whole within this time, or the client is cut. */
const bodyDeadline = 15_000

/** Bytes. Such a body comes with its header or right after: a pipe through the gate would cost more than it saves. */
const readWholeUpTo = 16 * 1024

const noBody = { kind: 'none' } as unknown as CheckedBody

export async function validate(request: Authorized, parts: ValidateParts): Promise<Validated | Refusal> {
  const twice = findRepeatedName(request)
  if (twice !== undefined) return refuse('body-invalid', { repeated: twice })
  const checked = await checkBody(request, parts)
  return isRefusal(checked) ? checked : { ...request, checked }
}

/** A name given twice in the query is read differently by different parsers (OWASP ASVS 5.0 15.3.7). */
function findRepeatedName(request: Authorized): string | undefined {
  if (request.query === '') return undefined
  const named = request.entry.names.filter((name) => name.in === 'query')
  if (named.length === 0) return undefined
  const query = new URLSearchParams(request.query)
  return named.find((name) => query.getAll(name.name).length > 1)?.name
}

async function checkBody(request: Authorized, parts: ValidateParts): Promise<CheckedBody | Refusal> {
  const { entry, body, headers } = request
  if (entry.body.kind === 'none')
    return body === undefined ? noBody : refuse('body-invalid', { expected: 'none' })
  if (body === undefined) return refuse('body-invalid', { expected: entry.body.kind })
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') return refuse('body-type-wrong', { encoding: 'other' })
  if (!hasType(entry.body, headers['content-type'] ?? ''))
    return refuse('body-type-wrong', { expected: entry.body.kind })
  const max = limitOf(entry.body, parts)
  if (body.length !== undefined && body.length > max)
    return refuse('body-large', { declared: body.length, max })
  if (entry.goesTo === 'serve') return orRefusal(parsed(body, max))
  const small = entry.body.kind === 'json' && body.length !== undefined && body.length <= readWholeUpTo
  return small ? orRefusal(whole(body, max)) : metered(body, { max })
}

function hasType(rule: BodyRule, type: string): boolean {
  const essence = (type.split(';')[0] ?? '').trim().toLowerCase()
  switch (rule.kind) {
    case 'none':
      return false
    case 'json':
      return essence === 'application/json'
    case 'form':
      return essence === 'application/json' || essence === 'multipart/form-data'
    case 'upload':
      return essence === 'multipart/form-data'
  }
}

function limitOf(rule: BodyRule, parts: ValidateParts): number {
  switch (rule.kind) {
    case 'none':
      return 0
    case 'upload':
      return parts.limits.uploadBytes
    case 'json':
    case 'form':
      return rule.max === 0 ? parts.limits.callBytes : rule.max
  }
}

async function parsed(body: IncomingBody, max: number): Promise<CheckedBody> {
  return { kind: 'parsed', value: await readJson(body, max, bodyDeadline) } as unknown as CheckedBody
}

async function whole(body: IncomingBody, max: number): Promise<CheckedBody> {
  return { kind: 'whole', bytes: await readWhole(body, max, bodyDeadline) } as unknown as CheckedBody
}

/** What is wrong with a body is a refusal; anything else that is thrown stays a fault. */
async function orRefusal(reading: Promise<CheckedBody>): Promise<CheckedBody | Refusal> {
  try {
    return await reading
  } catch (thrown) {
    if (thrown instanceof BodyTrouble) return refuse(thrown.code)
    throw thrown
  }
}

function metered(body: IncomingBody, limits: MeterLimits): CheckedBody {
  const open = () => {
    const meter = new Meter(limits)
    body.accept()
    body.stream.once('close', () => {
      if (!body.stream.readableEnded) meter.destroy(new BodyTrouble('body-invalid'))
    })
    return body.stream.pipe(meter)
  }
  const length = body.length === undefined ? {} : { length: body.length }
  return { kind: 'metered', open, ...length } as unknown as CheckedBody
}

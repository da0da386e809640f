/** The fields of a signed request, read in one form only: the profile of contract/proof.ts, character by character. */
import { proofFields, type CoveredBody, type ProofParameters } from '../contract/proof.ts'

export interface ClaimedProof extends ProofParameters {
  /** As they stand after the label; the last line of what was signed (RFC 9421 section 2.5). */
  readonly parameters: string
  readonly covered?: { readonly name: CoveredBody; readonly value: string; readonly sha256: Buffer }
  readonly signature: Buffer
}

export type ProofRead =
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly field: string }
  | { readonly kind: 'claimed'; readonly proof: ClaimedProof }

// RFC 9421 allows more in every place; what no client of the profile writes is refused.
const inputForm =
  /^sekisho=(\("@method" "@target-uri"(?: "(content-digest|sekisho-parts)")?\);created=(\d{1,12});nonce="([\w-]{1,128})\.([\w-]{16})\.([1-9]\d{0,14})";keyid="([\w-]{1,128})";tag="sekisho-proof")$/
const signatureForm = /^sekisho=:([A-Za-z0-9+/]{2,172}={0,2}):$/
const digestForm = /^sha-256=:([A-Za-z0-9+/]{43}=):$/

const malformed = (field: string) => ({ kind: 'malformed', field }) as const

/** `headers`: lower-case names, repeated fields joined by commas. */
export function parseProof(headers: Readonly<Record<string, string>>): ProofRead {
  const input = headers[proofFields.input]
  const signed = headers[proofFields.signature]
  if (input === undefined && signed === undefined) return { kind: 'none' }
  const [, parameters, body, created, epoch, instance, counter, keyid] = inputForm.exec(input ?? '') ?? []
  if (
    parameters === undefined ||
    epoch === undefined ||
    instance === undefined ||
    counter === undefined ||
    keyid === undefined
  )
    return malformed(proofFields.input)
  const signature = readBytes(signatureForm, signed)
  if (signature === undefined) return malformed(proofFields.signature)
  const proof = {
    parameters,
    signature,
    epoch,
    instance,
    keyid,
    created: Number(created),
    counter: Number(counter),
  }
  if (body === undefined) return { kind: 'claimed', proof }
  const name = body as CoveredBody
  const value = headers[name]
  const sha256 = readBytes(digestForm, value)
  if (value === undefined || sha256 === undefined) return malformed(name)
  return { kind: 'claimed', proof: { ...proof, covered: { name, value, sha256 } } }
}

/** RFC 9651 section 3.3.5, in the one spelling that its bytes have. */
function readBytes(form: RegExp, value: string | undefined): Buffer | undefined {
  const text = form.exec(value ?? '')?.[1]
  if (text === undefined) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** A body is what was signed: bytes by their digest (RFC 9530), forms that stream by their parts. */
import { createHash, hash, type Hash } from 'node:crypto'
import { describePart, type SignedBody } from '../contract/proof.ts'
import { BodyTrouble } from '../kit/body-trouble.ts'
import type { Proof } from '../request.ts'
import type { Meter } from './meter.ts'
import { readParts, type Part } from './multipart-reader.ts'

/** Whoever signed and said nothing of a body sends none: one that came along is somebody else's. */
const emptyBody: SignedBody = { name: 'content-digest', sha256: hash('sha256', '', 'buffer') }

/** Undefined: nothing was signed, and nothing had to be. */
export function signedBodyOf(proof: Proof): SignedBody | undefined {
  return proof.kind === 'held' ? (proof.body ?? emptyBody) : undefined
}

/** Throws BodyTrouble `proof-body`. */
export function compareBytes(bytes: Uint8Array, signed: SignedBody | undefined): void {
  if (signed === undefined) return
  if (signed.name !== 'content-digest') throw new BodyTrouble('proof-body', { signed: signed.name })
  compare(hash('sha256', bytes, 'buffer'), signed)
}

/** The parts of a form, compared when the last of them has passed. To be called before the form begins to flow; throws BodyTrouble. */
export function readSignedParts(
  meter: Meter,
  boundary: string,
  signed: SignedBody | undefined,
): AsyncGenerator<Part, void, void> {
  const parts = readParts(meter, boundary)
  if (signed === undefined) return parts
  const sha256 = createHash('sha256')
  if (signed.name === 'sekisho-parts') return compareAfter(described(parts, sha256), sha256, signed)
  meter.onChunk = (chunk) => void sha256.update(chunk)
  return compareAfter(parts, sha256, signed)
}

async function* compareAfter(
  parts: AsyncIterable<Part>,
  sha256: Hash,
  signed: SignedBody,
): AsyncGenerator<Part, void, void> {
  yield* parts
  compare(sha256.digest(), signed)
}

async function* described(parts: AsyncIterable<Part>, sha256: Hash): AsyncGenerator<Part, void, void> {
  for await (const part of parts) {
    let size = 0
    yield { ...part, content: counted(part.content, (bytes) => (size += bytes)) }
    sha256.update(describePart(part.written.name, part.written.filename, size))
  }
}

async function* counted(
  content: AsyncIterable<Buffer>,
  count: (bytes: number) => void,
): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of content) {
    count(chunk.byteLength)
    yield chunk
  }
}

/** Neither side is a secret. */
function compare(sha256: Buffer, signed: SignedBody): void {
  if (!sha256.equals(signed.sha256)) throw new BodyTrouble('proof-body', { signed: signed.name })
}

/** One call of a function in a few bytes: what somebody confirmed is this call, and no other one. */
import { createHash } from 'node:crypto'
import type { Json } from '../kit/json.ts'
import { writeJson } from '../kit/strict-json.ts'

export interface DigestedCall {
  readonly method: string
  /** As the gate reads it, so that it has one spelling. */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  /** By the app's name for it: a number in the body means another function once the app is another one. */
  readonly endpoint: string
  /** What the gate read: the body as it arrived may be written in many ways. */
  readonly body: Json
}

/** SHA-256 of the parts, each with its length before it, so that no two calls can be written alike. */
export function digestCall({ method, path, query, endpoint, body }: DigestedCall): string {
  const hash = createHash('sha256')
  for (const part of ['sekisho/1/call', method, path, query, endpoint, writeJson(body)]) {
    const bytes = Buffer.from(part)
    hash.update(`${String(bytes.byteLength)}:`).update(bytes)
  }
  return hash.digest('base64url')
}

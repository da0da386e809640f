/** The few shapes of the gate's own answers. */
import type { Answer, AnswerHeaders, Validated } from '../request.ts'
import type { WebFile } from './web-files.ts'

/**
 * No window of an app or of another site keeps a handle on a page of these, and a browser draws it in a process of its own (HTML
 * section 7.1.3 and 7.1.4: opener and embedder policy together). A policy on a worker's script is the worker's.
 */
const own = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
} as const

export function answerJson(status: number, body: unknown, headers: AnswerHeaders = {}): Answer {
  const bytes = Buffer.from(JSON.stringify(body))
  const sized = {
    ...own,
    'content-type': 'application/json',
    'content-length': String(bytes.byteLength),
    ...headers,
  }
  return { kind: 'answer', status, headers: sized, body: { kind: 'bytes', bytes } }
}

export function answerEmpty(status: number, headers: AnswerHeaders = {}): Answer {
  return { kind: 'answer', status, headers: { ...own, ...headers }, body: { kind: 'empty' } }
}

/** A built file in the best coding that the browser takes (RFC 9110 section 12.5.3, without weights). */
export function answerFile(request: Validated, file: WebFile, headers: AnswerHeaders): Answer {
  const shared: AnswerHeaders = { ...own, ...headers, etag: file.etag, vary: 'accept-encoding' }
  if (request.headers['if-none-match'] === file.etag)
    return { kind: 'answer', status: 304, headers: shared, body: { kind: 'empty' } }
  const accepted = (request.headers['accept-encoding'] ?? '')
    .split(',')
    .map((one) => (one.split(';')[0] ?? '').trim())
  const coding =
    ['br', 'gzip'].find((one) => accepted.includes(one) && file.encoded[one] !== undefined) ?? 'identity'
  const bytes = file.encoded[coding] ?? Buffer.alloc(0)
  const described = {
    ...shared,
    'content-type': file.type,
    'content-length': String(bytes.byteLength),
    ...(coding === 'identity' ? {} : { 'content-encoding': coding }),
  }
  return { kind: 'answer', status: 200, headers: described, body: { kind: 'bytes', bytes } }
}

/** A request as the wire has it, what was signed of it, and how its fields are written. */
import { Buffer } from 'node:buffer'
import {
  describePart,
  digestField,
  proofFields,
  signatureParameters,
  type ProofParameters,
} from '../../src/contract/proof.ts'
import { sha256, writeProof } from '../rig/key-pair.ts'
import type { ModelKey } from './keys.ts'

export interface Site {
  readonly scheme: 'http' | 'https'
  readonly host: string
}

/** `listen` opens the stream of results, the others do something. */
export type Wanted = 'submit' | 'remove' | 'cancel' | 'listen' | 'upload'

export interface Message {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly site: Site
  /** Lower-case names, the cookie among them. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
}

const boundary = 'model'
export const formType = `multipart/form-data; boundary=${boundary}`

/** A form of one file. */
export function formOf(text: string): Buffer {
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="files"; filename="a.txt"\r\n\r\n`
  return Buffer.from(`${head}${text}\r\n--${boundary}--\r\n`)
}

/** What a request of this kind is, before anybody signs it. */
export function unsignedMessage(wanted: Wanted, text: string, site: Site): Message {
  const json = { 'content-type': 'application/json' }
  switch (wanted) {
    case 'submit':
    case 'remove': {
      const body = Buffer.from(JSON.stringify({ data: [text], session_hash: 'abc' }))
      return { method: 'POST', target: `/gradio_api/run/${wanted}`, site, headers: json, body }
    }
    case 'cancel': {
      const body = Buffer.from(JSON.stringify({ session_hash: 'abc', fn_index: 1, event_id: text }))
      return { method: 'POST', target: '/gradio_api/cancel', site, headers: json, body }
    }
    case 'listen':
      return { method: 'GET', target: `/gradio_api/queue/data?session_hash=${text}`, site, headers: {} }
    case 'upload': {
      const target = `/gradio_api/upload?upload_id=${text}`
      return { method: 'POST', target, site, headers: { 'content-type': formType }, body: formOf(text) }
    }
  }
}

/** Of a form its parts' names and sizes, of anything else its bytes. */
export function digestOf({ headers, body }: Message): string | undefined {
  if (body === undefined) return undefined
  return headers['content-type'] === formType
    ? digestField(sha256(describeForm(body)).toString('base64'))
    : digestField(sha256(body).toString('base64'))
}

/** Of the one file that `formOf` wrote. */
function describeForm(body: Buffer): string {
  const from = body.indexOf('\r\n\r\n') + 4
  return describePart('files', 'a.txt', body.lastIndexOf('\r\n--') - from)
}

/** The fields of a proof for exactly this message. */
export function signMessage(
  message: Message,
  parameters: ProofParameters,
  key: Pick<ModelKey, 'sign'>,
): Message {
  const digest = digestOf(message)
  const isForm = message.headers['content-type'] === formType
  const name = isForm ? proofFields.parts : proofFields.digest
  const covered = digest === undefined ? undefined : { name, value: digest }
  const { scheme, host } = message.site
  const signed = {
    method: message.method,
    target: `${scheme}://${host}${message.target}`,
    ...(covered !== undefined && { covered }),
  }
  const proof = writeProof(signed, signatureParameters(covered?.name, parameters), key)
  return { ...message, headers: { ...message.headers, ...proof } }
}

/** Two ways to write one request: the lone mark says nothing (test/model compares what was done with what was signed). */
export const plainTarget = (target: string) => target.replace(/^([^?]*)\?$/, '$1')

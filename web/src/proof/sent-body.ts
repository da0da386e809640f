/** A request's body as it was when the app sent it: what the signature says of it, and what goes out, twice if need be. */
import { describePart, digestField, type SignedRequest } from 'sekisho/proof'
import { toBase64 } from './base64.ts'
import type { ProofCrypto } from './proof-crypto.ts'

type Covered = NonNullable<SignedRequest['covered']>

export interface SentBody {
  /** May be sent any number of times. */
  readonly content: BodyInit
  /** Undefined where it is empty. */
  cover(crypto: ProofCrypto): Promise<Covered | undefined>
}

/** HTML, multipart/form-data encoding algorithm: line breaks become CRLF. */
const withCrlf = (text: string) => text.replace(/\r\n?|\n/g, '\r\n')
const inHead = (text: string) => text.replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22')

const encoder = new TextEncoder()

/** What a signature covers with the SHA-256 of these bytes. */
async function cover(name: Covered['name'], bytes: Uint8Array<ArrayBuffer>, crypto: ProofCrypto) {
  return { name, value: digestField(toBase64(await crypto.sha256(bytes))) }
}

function fromBytes(content: BodyInit): SentBody {
  const read = async () => new Uint8Array(await new Response(content).arrayBuffer())
  return {
    content,
    cover: async (crypto) => {
      const bytes = typeof content === 'string' ? encoder.encode(content) : await read()
      return bytes.byteLength === 0 ? undefined : cover('content-digest', bytes, crypto)
    },
  }
}

/** Files are not read: an upload may be larger than memory. */
function fromForm(form: FormData): SentBody {
  const content = new FormData()
  let described = ''
  for (const [name, value] of form) {
    if (typeof value === 'string') {
      content.append(name, value)
      described += describePart(inHead(withCrlf(name)), undefined, encoder.encode(withCrlf(value)).byteLength)
    } else {
      // Of a folder's files Chromium and Firefox send the path in it; said in words, every browser does.
      const filename = value.webkitRelativePath || value.name
      content.append(name, value, filename)
      described += describePart(inHead(withCrlf(name)), inHead(filename), value.size)
    }
  }
  return { content, cover: (crypto) => cover('sekisho-parts', encoder.encode(described), crypto) }
}

/**
 * At once, since the app may change it afterwards; a stream has to be read to its end before it can be signed. Throws on
 * what it doesn't know. Told by tag, since it may come from another frame.
 */
export function keepBody(body: unknown): SentBody | Promise<SentBody> {
  if (ArrayBuffer.isView(body))
    return fromBytes(new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice())
  const tag = Object.prototype.toString.call(body).slice('[object '.length, -1)
  switch (tag) {
    case 'ArrayBuffer':
      return fromBytes((body as ArrayBuffer).slice(0))
    case 'Blob':
    case 'File':
      return fromBytes(body as Blob)
    case 'FormData':
      return fromForm(body as FormData)
    case 'URLSearchParams':
      return fromBytes(new URLSearchParams(String(body)))
    case 'ReadableStream':
      return new Response(body as ReadableStream).blob().then(fromBytes)
    default:
      // Only XMLHttpRequest takes one.
      if (tag.endsWith('Document')) throw new TypeError()
      return fromBytes(String(body))
  }
}
